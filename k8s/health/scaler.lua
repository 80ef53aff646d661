-- HorizontalPodAutoscaler: of pods that have just started nothing is measured yet.
local os = require("os")
local limit = os.date("!%Y-%m-%dT%XZ", os.time() - 1800)
for _, condition in ipairs(obj.status ~= nil and obj.status.conditions or {}) do
  local wanted = condition.type == "AbleToScale" or condition.type == "ScalingActive"
  if wanted and condition.status == "False" and condition.reason ~= "ScalingDisabled" then
    local since = condition.lastTransitionTime or obj.metadata.creationTimestamp
    local health = since < limit and "Degraded" or "Progressing"
    return { status = health, message = condition.message or condition.reason or "cannot scale" }
  end
end
return { status = "Healthy", message = "" }
