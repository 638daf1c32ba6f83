// The epochs that are kept, and the way back to one.
import { h } from '../../dom.js';
import { moment } from '../../format.js';
import { table } from '../../parts/table.js';

export function openHistory(app) {
  async function rollBack(epoch) {
    const present = app.picture.policies;
    const sure = await app.confirm({
      title: `Back to epoch ${epoch}`,
      says: [
        epoch === 0
          ? 'What is built in counts again, and nothing of the text.'
          : `The text of epoch ${epoch} counts again, as epoch ${present.epoch + 1}.`,
        'It counts on every node at once. Going back is a change like any other.',
      ],
      action: `Go back to epoch ${epoch}`,
    });
    if (!sure) {
      return;
    }
    try {
      const done = await app.api.post(`/v1/policies/rollback?to=${epoch}`, undefined, {
        headers: { 'If-Match': `"${present.epoch}"` },
      });
      app.said(`Epoch ${done.epoch} counts: the text of epoch ${epoch}.`);
      await app.picture.refresh('policies');
    } catch (failure) {
      app.failed(`Going back to epoch ${epoch}`, failure);
    }
  }

  return {
    render: (present) => h('section', { class: 'sheet' }, table({
      caption: 'Epochs that are kept, the latest first',
      keyOf: (each) => `${each.epoch} ${each.digest}`,
      rows: [...(present.history ?? [])].sort((a, b) => b.epoch - a.epoch),
      empty: 'None is kept.',
      columns: [
        { head: 'Epoch', row: true, cell: (e) => e.epoch },
        { head: 'How', cell: (e) => [e.how, e.textOf !== undefined && e.textOf !== e.epoch
          && h('span', { class: 'quiet' }, ` (text of ${e.textOf})`)] },
        { head: 'By', cell: (e) => e.by },
        { head: 'At', wide: true, cell: (e) => moment(e.at) },
        { head: 'Digest', wide: true, cell: (e) => h('code', null, String(e.digest).slice(0, 12)) },
        { head: 'Now', cell: (e) => e.epoch === present.epoch
          ? h('span', { class: 'quiet' }, 'counts')
          : h('button', { onclick: () => rollBack(e.epoch) }, 'Go back to it') },
      ],
    })),
  };
}
