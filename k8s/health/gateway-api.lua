-- Gateway and HTTPRoute: what the controller says of it, of a route for each of its gateways.
local os = require("os")
local status = obj.status or {}
local conditions = {}
for _, condition in ipairs(status.conditions or {}) do
  conditions[#conditions + 1] = condition
end
for _, parent in ipairs(status.parents or {}) do
  for _, condition in ipairs(parent.conditions or {}) do
    conditions[#conditions + 1] = condition
  end
end
local wanted = { Accepted = true, Programmed = true, ResolvedRefs = true }
local limit = os.date("!%Y-%m-%dT%XZ", os.time() - 1800)
local accepted = false
for _, condition in ipairs(conditions) do
  local seen = condition.observedGeneration == nil or condition.observedGeneration >= obj.metadata.generation
  if wanted[condition.type] and (condition.status ~= "True" or not seen) then
    local since = condition.lastTransitionTime or obj.metadata.creationTimestamp
    local health = seen and condition.status == "False" and since < limit and "Degraded" or "Progressing"
    return { status = health, message = condition.message or condition.reason or condition.type }
  end
  accepted = accepted or condition.type == "Accepted"
end
if accepted then
  return { status = "Healthy", message = "" }
end
return { status = "Progressing", message = "waits for its controller" }
