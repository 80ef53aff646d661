-- HorizontalPodAutoscaler: of pods that have just started nothing is measured yet.
for _, condition in ipairs(status.conditions or {}) do
  local wanted = condition.type == "AbleToScale" or condition.type == "ScalingActive"
  if wanted and condition.status == "False" and condition.reason ~= "ScalingDisabled" then
    return unmet(condition, "cannot scale")
  end
end
return healthy()
