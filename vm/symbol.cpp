#include <souk/convert.hpp>
#include <souk/symbol.hpp>
#include <souk/term.hpp>

#include "vm/replay/answers.hpp"

#include <array>
#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <new>
#include <unordered_map>

namespace souk {
namespace {

// Names by number, and numbers by name. Names never move, so that base_name() takes no lock.
class interner {
 public:
  static interner& the() {
    // Never destroyed: symbols in static variables are used after main.
    static interner& table = *new interner;
    return table;
  }

  std::uint32_t intern(std::string_view name) {
    const std::scoped_lock held{lock_};
    if (const auto known = numbers_.find(name); known != numbers_.end()) return known->second;
    const std::string_view kept = names_.emplace_back(name);
    const auto number = static_cast<std::uint32_t>(names_.size() - 1);
    slot_for(number) = kept;
    numbers_.emplace(kept, number);
    return number;
  }

  [[nodiscard]] std::string_view name(std::uint32_t number) const noexcept {
    // acquire <- slot_for: the chunk. The name in it is older than the symbol that names it.
    return (*chunks_[number / chunk_size].load(std::memory_order_acquire))[number % chunk_size];
  }

 private:
  interner() { intern(""); }  // number 0: symbol{}

  static constexpr std::size_t chunk_size = 1 << 14;
  static constexpr std::size_t max_chunks = 1 << 14;
  using chunk = std::array<std::string_view, chunk_size>;

  std::string_view& slot_for(std::uint32_t number) {
    auto& place = chunks_.at(number / chunk_size);
    chunk* c = place.load(std::memory_order_relaxed);  // relaxed: written under the lock we hold
    if (c == nullptr) {
      c = std::make_unique<chunk>().release();
      place.store(c, std::memory_order_release);  // -> name
    }
    return c->at(number % chunk_size);
  }

  std::mutex lock_;  // guards all but chunks_
  std::deque<std::string> names_;
  std::unordered_map<std::string_view, std::uint32_t> numbers_;
  std::array<std::atomic<chunk*>, max_chunks> chunks_{};
};

}  // namespace

symbol::symbol(std::string_view name) : base_{interner::the().intern(name)} {}

std::string_view symbol::base_name() const noexcept { return interner::the().name(base_); }

std::string symbol::name() const {
  std::string text{base_name()};
  if (serial_ != 0) text += std::to_string(serial_);
  return text;
}

symbol fresh_symbol(std::string_view base) {
  static std::atomic<std::uint64_t> last{0};
  const auto next = [] {
    // relaxed: only the number counts.
    return last.fetch_add(1, std::memory_order_relaxed) + 1;
  };
  const auto told = ask_world([&] { return term{next()}; }).as<std::uint64_t>();
  return symbol{symbol{base}.base(), told ? *told : next()};
}

}  // namespace souk
