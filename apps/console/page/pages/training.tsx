import { Page } from '../ui/parts.tsx';
import { Datasets } from './training/datasets.tsx';
import { Evidence } from './training/evidence.tsx';
import { Experiments } from './training/experiments.tsx';
import { Models } from './training/models.tsx';

export function TrainingPage() {
  return (
    <Page title="Training" lead="From choices to datasets, to models, to evidence that they are better.">
      <Models />
      <Evidence />
      <Experiments />
      <Datasets />
    </Page>
  );
}
