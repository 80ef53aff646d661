-- SGShardedCluster. Its condition Bootstrapped is not to be gone by: StackGres sets it when none of the clusters has any
-- condition yet, or never. So this says that the operator has taken it up; the migration waits until it answers.
local taken = false
for _, condition in ipairs(status.conditions or {}) do
  taken = true
  if condition.type == "Failed" and condition.status == "True" then
    return unmet(condition, "failed")
  end
end
if taken then
  return healthy("taken up; whether it answers, the migration finds out")
end
return waits("StackGres has not taken it up yet")
