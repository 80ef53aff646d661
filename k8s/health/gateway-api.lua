-- Gateway and HTTPRoute: what the controller says of it, of a route for each of its gateways.
local wanted = { Accepted = true, Programmed = true, ResolvedRefs = true }
local sources = { status }
for _, parent in ipairs(status.parents or {}) do
  sources[#sources + 1] = parent
end
local accepted = false
for _, source in ipairs(sources) do
  for _, condition in ipairs(source.conditions or {}) do
    local seen = condition.observedGeneration == nil or condition.observedGeneration >= obj.metadata.generation
    if wanted[condition.type] and seen and condition.status == "False" then
      return unmet(condition, condition.type)
    elseif wanted[condition.type] and (condition.status ~= "True" or not seen) then
      return waits(condition.message or condition.reason or condition.type)
    end
    accepted = accepted or condition.type == "Accepted"
  end
end
if accepted then
  return healthy()
end
return waits("waits for its controller")
