-- PerconaServerMongoDB. Its state is "error" whenever one pass of the operator failed, also while nodes are coming up.
local os = require("os")
local status = obj.status or {}
local seen = status.observedGeneration == nil or status.observedGeneration >= obj.metadata.generation
if status.state == "ready" and seen then
  return { status = "Healthy", message = "" }
end
local limit = os.date("!%Y-%m-%dT%XZ", os.time() - 1800)
if status.state == "error" then
  local since = obj.metadata.creationTimestamp
  for _, condition in ipairs(status.conditions or {}) do
    if condition.type == "error" and condition.status == "True" and condition.lastTransitionTime ~= nil then
      since = condition.lastTransitionTime
    end
  end
  if since < limit then
    return { status = "Degraded", message = status.message or "error" }
  end
end
return { status = "Progressing", message = status.message or status.state or "waits for the cluster" }
