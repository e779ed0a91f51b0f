#include <souk/detail/account.hpp>

#include <array>
#include <memory>
#include <mutex>
#include <new>
#include <vector>

namespace souk::detail {

// Where accounts live: chunks that never move, so that by_id() takes no lock.
struct account_registry {
  static constexpr std::size_t chunk_size = 4096;
  static constexpr std::size_t max_chunks = 4096;
  using chunk = std::array<account*, chunk_size>;

  // release -> by_id: the chunk and the account in it.
  std::array<std::atomic<chunk*>, max_chunks> chunks{};
  std::mutex lock;                     // guards what follows
  std::vector<account::id_type> free;  // ids to use again
  account::id_type next = 0;

  static account_registry& the() {
    // Never destroyed: terms in static variables give back memory after main.
    static account_registry& registry = *new account_registry;
    return registry;
  }

  account& open() {
    const std::scoped_lock held{lock};
    if (free.empty()) add_chunk();
    const account::id_type id = free.back();
    auto fresh = std::unique_ptr<account, void (*)(account*)>{new account{id}, destroy};
    // relaxed: chunks are written under the lock that we hold.
    (*chunks.at(id / chunk_size).load(std::memory_order_relaxed)).at(id % chunk_size) = fresh.get();
    free.pop_back();
    return *fresh.release();
  }

  void forget(account& gone) noexcept {
    const std::scoped_lock held{lock};
    free.push_back(gone.id());  // has room: add_chunk() reserved it
    destroy(&gone);
  }

  account& by_id(account::id_type id) noexcept {
    // acquire <- add_chunk: the chunk. The account in it is older than the memory that names it.
    chunk& c = *chunks[id / chunk_size].load(std::memory_order_acquire);
    return *c[id % chunk_size];
  }

 private:
  static void destroy(account* a) { delete a; }

  void add_chunk() {
    const std::size_t index = next / chunk_size;
    if (index == max_chunks) throw std::bad_alloc{};
    auto fresh = std::make_unique<chunk>();
    free.reserve(std::size_t{next} + chunk_size);
    for (std::size_t i = chunk_size; i > 0; --i) {
      free.push_back(next + static_cast<account::id_type>(i) - 1);
    }
    next += chunk_size;
    chunks.at(index).store(fresh.release(), std::memory_order_release);  // -> by_id
  }
};

account& account::open() { return account_registry::the().open(); }

void account::close() noexcept {
  // acq_rel: with the last credit(), whoever comes second sees all that the other did.
  if (live_.fetch_or(closed, std::memory_order_acq_rel) == 0) account_registry::the().forget(*this);
}

account*& account::current_slot() noexcept {
  static account& of_the_program = open();
  thread_local account* slot = &of_the_program;
  return slot;
}

account& account::current() noexcept { return *current_slot(); }

account& account::by_id(id_type id) noexcept { return account_registry::the().by_id(id); }

void account::charge(std::size_t size) noexcept {
  live_.fetch_add(size,
                  std::memory_order_relaxed);  // relaxed: see live_bytes(); credit() orders the end
}

void account::credit(std::size_t size) noexcept {
  // release -> the last credit() or close(), which acquires: it deletes the account.
  if (live_.fetch_sub(size, std::memory_order_acq_rel) - size == closed) {
    account_registry::the().forget(*this);
  }
}

void* account::take(std::size_t size) {
  void* const memory = ::operator new(size);
  charge(size);
  return memory;
}

void account::give_back(void* memory, std::size_t size) noexcept {
  ::operator delete(memory);
  credit(size);
}

void* account::do_allocate(std::size_t size, std::size_t alignment) {
  void* const memory = ::operator new(size, std::align_val_t{alignment});
  charge(size);
  return memory;
}

void account::do_deallocate(void* memory, std::size_t size, std::size_t alignment) {
  ::operator delete(memory, std::align_val_t{alignment});
  credit(size);
}

}  // namespace souk::detail
