#include "vm/heap.hpp"

#include <atomic>
#include <cstddef>

// Of jemalloc, if the program is linked with it; otherwise null.
extern "C" [[gnu::weak]] int mallctl(const char* name, void* old_value, std::size_t* old_size,
                                     void* new_value, std::size_t new_size);

namespace souk::detail {

namespace {

constexpr std::uint64_t much = std::uint64_t{32} << 20;

}  // namespace

void note_freed(std::uint64_t bytes) noexcept {
  if (mallctl == nullptr) return;
  static std::atomic<std::uint64_t> freed{0};
  // relaxed, both: a figure; whoever finds it large enough takes it all.
  if (freed.fetch_add(bytes, std::memory_order_relaxed) + bytes < much) return;
  if (freed.exchange(0, std::memory_order_relaxed) < much) return;
  mallctl("thread.tcache.flush", nullptr, nullptr, nullptr, 0);
  mallctl("arena.4096.purge", nullptr, nullptr, nullptr, 0);  // all of them
}

}  // namespace souk::detail
