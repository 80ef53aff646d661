/** An order that has not come to its end; `parkedReason` waits for a person. */
export type OpenSaga = {
  readonly bucket: number;
  readonly orderId: string;
  readonly deadlineAt: Date;
  readonly parkedReason: string | undefined;
};

export interface Sagas {
  /** Those past their deadline and not parked, oldest first. */
  overdue(now: Date, limit: number): Promise<readonly OpenSaga[]>;
  park(saga: Pick<OpenSaga, 'bucket' | 'orderId'>, reason: string): Promise<void>;
  parked(limit: number): Promise<readonly OpenSaga[]>;
}
