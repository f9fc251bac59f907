import { Component, type ReactNode } from 'react';

/** Shows an error instead of an empty screen. */
export class Boundary extends Component<{ children: ReactNode }, { failed: string }> {
  override state = { failed: '' };

  static getDerivedStateFromError(error: unknown) {
    return { failed: error instanceof Error ? error.message : String(error) };
  }

  override render(): ReactNode {
    if (this.state.failed === '') return this.props.children;
    return (
      <div className="failure" role="alert">
        <p>This page could not be shown: {this.state.failed}. Is this console older than the gateway?</p>
        <button type="button" onClick={() => window.location.reload()}>
          Load it again
        </button>
      </div>
    );
  }
}
