-- PerconaServerMongoDB. Its state is "error" whenever one pass of the operator failed, also while nodes are coming up.
local seen = status.observedGeneration == nil or status.observedGeneration >= obj.metadata.generation
if status.state == "ready" and seen then
  return healthy()
end
if status.state == "error" then
  local since = nil
  for _, condition in ipairs(status.conditions or {}) do
    if condition.type == "error" and condition.status == "True" then
      since = condition.lastTransitionTime or since
    end
  end
  return lasts(since, status.message or "error")
end
return waits(status.message or status.state or "waits for the cluster")
