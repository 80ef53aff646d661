-- Kinds with a condition Ready, and Strimzi's, which say NotReady. Their operators try again by themselves: an object counts
-- as broken once it has not been ready for half an hour. A broken one ends the sync, and that is not tried again.
local os = require("os")
local conditions = obj.status ~= nil and obj.status.conditions or {}
local seen = obj.status ~= nil and obj.status.observedGeneration

if seen and seen ~= obj.metadata.generation then
  return { status = "Progressing", message = "its operator has not looked at it yet" }
end
for _, condition in ipairs(conditions) do
  if condition.type == "Ready" and condition.status == "True" then
    return { status = "Healthy", message = condition.message or "" }
  end
end
local limit = os.date("!%Y-%m-%dT%XZ", os.time() - 1800)
for _, condition in ipairs(conditions) do
  local failed = condition.type == "Ready" or (condition.type == "NotReady" and condition.status == "True")
  if failed then
    local since = condition.lastTransitionTime or obj.metadata.creationTimestamp
    local status = since < limit and "Degraded" or "Progressing"
    return { status = status, message = condition.message or condition.reason or "not ready" }
  end
end
return { status = "Progressing", message = "its operator has not said anything yet" }
