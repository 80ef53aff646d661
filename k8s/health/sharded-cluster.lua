-- SGShardedCluster. Its condition Bootstrapped is not to be gone by: StackGres sets it when none of the clusters has any
-- condition yet, or never. So this says that the operator has taken it up; the migration waits until it answers.
local os = require("os")
local conditions = obj.status ~= nil and obj.status.conditions or {}
local limit = os.date("!%Y-%m-%dT%XZ", os.time() - 1800)
local taken = false
for _, condition in ipairs(conditions) do
  taken = true
  if condition.type == "Failed" and condition.status == "True" then
    local since = condition.lastTransitionTime or obj.metadata.creationTimestamp
    local status = since < limit and "Degraded" or "Progressing"
    return { status = status, message = condition.message or condition.reason or "failed" }
  end
end
if taken then
  return { status = "Healthy", message = "taken up; whether it answers, the migration finds out" }
end
return { status = "Progressing", message = "StackGres has not taken it up yet" }
