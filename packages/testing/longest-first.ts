import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Started last, one of these would be all that runs for minutes, with a processor at rest. */
const longest = ['faults/faults.test.ts', 'docker/tree.test.ts'];

/** A first run knows no durations and goes by the sizes of files, which for these says nothing. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => longest.some((name) => moduleId.endsWith(name));
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}
