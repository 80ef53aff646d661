-- KafkaMirrorMaker2. Ready says that Kafka Connect answers; whether anything is copied, its connectors' tasks know.
if status.observedGeneration ~= obj.metadata.generation then
  return waits("its operator has not looked at it yet")
end
local ready = false
for _, condition in ipairs(status.conditions or {}) do
  if condition.type == "Ready" and condition.status == "True" then
    ready = true
  elseif condition.type == "NotReady" and condition.status == "True" then
    return unmet(condition, "not ready")
  end
end
if not ready then
  return waits("waits for the mirror")
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
return healthy()
