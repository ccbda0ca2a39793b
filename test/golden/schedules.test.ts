/** The learning rate of every update under each schedule, with and without warm-up, against PyTorch's. */
import { describe, expect, it } from "vitest";
import type { ScheduleConfig } from "../../src/config/schema.ts";
import {
  afterValidation,
  scheduledRate,
  type Plateau,
} from "../../src/engine/optimizers/schedule.ts";
import { disagreement } from "../gradcheck/differences.ts";
import { readFixture, realsOf } from "./fixture.ts";

const fixture = readFixture("schedules");
const schedules = JSON.parse(fixture.metadata.schedules) as Record<string, ScheduleConfig>;
const epochs = Number(fixture.metadata.epochs);
const validation = realsOf(fixture, "validation");

function ratesOf(schedule: ScheduleConfig, updates: number): readonly number[] {
  const rates: number[] = [];
  let plateau: Plateau = { spent: 0, reductions: 0 };
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (let k = 0; k < updates / epochs; k++) {
      rates.push(scheduledRate(0.5, schedule, { update: rates.length, updates, epoch, plateau }));
    }
    if (schedule.kind === "plateau")
      plateau = afterValidation(schedule, plateau, validation[epoch]);
  }
  return rates;
}

describe("learning-rate schedules agree with PyTorch", () => {
  it("has a fixture for every kind", () => {
    const kinds = new Set(Object.values(schedules).map(({ kind }) => kind));
    expect([...kinds].toSorted()).toEqual(["constant", "cosine", "exponential", "plateau", "step"]);
  });

  for (const [name, schedule] of Object.entries(schedules)) {
    it(name, () => {
      const wanted = realsOf(fixture, name);
      const found = ratesOf(schedule, wanted.length);
      expect(disagreement(name, [wanted.length], found, wanted, 1e-12)).toBeUndefined();
    });
  }
});
