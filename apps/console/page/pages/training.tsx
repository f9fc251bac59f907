import { Page } from '../ui/parts.tsx';
import { Datasets } from './training/datasets.tsx';

export function TrainingPage() {
  return (
    <Page title="Training" lead="From choices to datasets, to models, to evidence that they are better.">
      <Datasets />
    </Page>
  );
}
