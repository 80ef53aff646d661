const pattern = /^[+-]?(\d+\.?\d*|\.\d+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/;

/** Whether Kubernetes reads it as a quantity: `250m`, `2Gi`, 3. */
export const isQuantity = (value: string | number): boolean => pattern.test(String(value));
