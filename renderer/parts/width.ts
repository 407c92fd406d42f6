import { onBeforeUnmount, onMounted, ref, type Ref, type ShallowRef } from 'vue'

/** CSS pixels that an element is wide inside, now and whenever that changes; `first` before it is there. */
export function widthOf(element: Readonly<ShallowRef<HTMLElement | null>>, first = 0): Ref<number> {
  const width = ref(first)
  const watching = new ResizeObserver(([entry]) => (width.value = Math.floor(entry!.contentRect.width)))
  onMounted(() => watching.observe(element.value!))
  onBeforeUnmount(() => watching.disconnect())
  return width
}
