// Clicks its way to a screen, so that an address can name one: `?press=new-workspace,create-next`.

/** Clicks elements by their test id, each once it is there and can be clicked. */
export async function press(ids: string[]): Promise<void> {
  for (const id of ids) {
    const element = await until(() => {
      const found = document.querySelector<HTMLElement>(`[data-testid="${id}"]`);
      return found?.getAttribute('aria-disabled') === 'true' ? null : found;
    });
    element.focus();
    element.click();
  }
}

function until<T>(look: () => T | null): Promise<T> {
  return new Promise((found) => {
    const again = () => {
      const value = look();
      if (value === null) requestAnimationFrame(again);
      else found(value);
    };
    again();
  });
}
