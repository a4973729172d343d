import { computed, ref } from 'vue';

export type Corner = 'top-left' | 'top-right' | 'bottom-left' | 'bottom-right';

/** The corner of an area that is nearest to a point. */
export function nearestCorner(x: number, y: number, width: number, height: number): Corner {
  return `${y < height / 2 ? 'top' : 'bottom'}-${x < width / 2 ? 'left' : 'right'}`;
}

/** The corner one comes to with an arrow key; the same one for any other key. */
export function cornerAfterKey(corner: Corner, key: string): Corner {
  const [vertical, horizontal] = corner.split('-') as ['top' | 'bottom', 'left' | 'right'];
  switch (key) {
    case 'ArrowUp':
      return `top-${horizontal}`;
    case 'ArrowDown':
      return `bottom-${horizontal}`;
    case 'ArrowLeft':
      return `${vertical}-left`;
    case 'ArrowRight':
      return `${vertical}-right`;
    default:
      return corner;
  }
}

/** Lets an element be dragged about its parent; let go, it slips into the nearest corner. */
export function useCorner() {
  const corner = ref<Corner>('top-right');
  const at = ref<{ x: number; y: number }>();
  let grip = { x: 0, y: 0 };

  const isDragging = computed(() => at.value !== undefined);
  const style = computed(() =>
    at.value ? { left: `${at.value.x}px`, top: `${at.value.y}px` } : {},
  );

  function pointerdown(event: PointerEvent): void {
    const element = event.currentTarget as HTMLElement;
    element.setPointerCapture(event.pointerId);
    grip = { x: event.clientX - element.offsetLeft, y: event.clientY - element.offsetTop };
    at.value = { x: element.offsetLeft, y: element.offsetTop };
  }

  function pointermove(event: PointerEvent): void {
    if (!at.value) return;
    at.value = { x: event.clientX - grip.x, y: event.clientY - grip.y };
  }

  function letGo(event: PointerEvent): void {
    if (!at.value) return;
    const element = event.currentTarget as HTMLElement;
    const area = element.offsetParent ?? document.documentElement;
    corner.value = nearestCorner(
      at.value.x + element.offsetWidth / 2,
      at.value.y + element.offsetHeight / 2,
      area.clientWidth,
      area.clientHeight,
    );
    at.value = undefined;
  }

  function keydown(event: KeyboardEvent): void {
    const next = cornerAfterKey(corner.value, event.key);
    if (next === corner.value) return;
    event.preventDefault();
    corner.value = next;
  }

  const handlers = { pointerdown, pointermove, pointerup: letGo, pointercancel: letGo, keydown };
  return { corner, style, isDragging, handlers };
}
