-- KafkaMirrorMaker2. Ready says that Kafka Connect answers; whether anything is copied, its connectors' tasks know.
local os = require("os")
local status = obj.status or {}
if status.observedGeneration ~= obj.metadata.generation then
  return { status = "Progressing", message = "its operator has not looked at it yet" }
end
local limit = os.date("!%Y-%m-%dT%XZ", os.time() - 1800)
local ready = false
for _, condition in ipairs(status.conditions or {}) do
  if condition.type == "Ready" and condition.status == "True" then
    ready = true
  elseif condition.type == "NotReady" and condition.status == "True" then
    local since = condition.lastTransitionTime or obj.metadata.creationTimestamp
    local health = since < limit and "Degraded" or "Progressing"
    return { status = health, message = condition.message or condition.reason or "not ready" }
  end
end
if not ready then
  return { status = "Progressing", message = "waits for the mirror" }
end
for _, connector in ipairs(status.connectors or {}) do
  local state = connector.connector ~= nil and connector.connector.state
  if state == "FAILED" then
    return { status = "Degraded", message = connector.name .. " has failed" }
  end
  for _, task in ipairs(connector.tasks or {}) do
    if task.state == "FAILED" then
      return { status = "Degraded", message = "a task of " .. connector.name .. " has failed" }
    end
  end
end
return { status = "Healthy", message = "" }
