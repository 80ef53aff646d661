-- Kinds with a condition Ready, and Strimzi's, which say NotReady.
local conditions = status.conditions or {}
if status.observedGeneration and status.observedGeneration ~= obj.metadata.generation then
  return waits("its operator has not looked at it yet")
end
for _, condition in ipairs(conditions) do
  if condition.type == "Ready" and condition.status == "True" then
    return healthy(condition.message)
  end
end
for _, condition in ipairs(conditions) do
  if condition.type == "Ready" or (condition.type == "NotReady" and condition.status == "True") then
    return unmet(condition, "not ready")
  end
end
return waits("its operator has not said anything yet")
