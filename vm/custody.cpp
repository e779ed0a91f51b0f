#include "vm/custody.hpp"

#include <souk/detail/account_allocator.hpp>

#include "vm/resources.hpp"

#include <string>
#include <variant>

namespace souk {

custody::~custody() {
  close();
  payer_.close();
  delete end_.load(std::memory_order_relaxed);  // relaxed: alone
}

// Whoever shuts it down holds the registry's lock, which disown() takes: so not any more after it.
void custody::close() noexcept {
  payer_.disown();
  detail::close_all(payer_.take_last_open(), [](const std::string&) {});  // nobody is left to hear
}

void custody::shut_down(const term& why) noexcept {
  auto mine = std::make_unique<const term>(why);
  const term* none = nullptr;
  // release -> wanted_end. If it fails, another was first.
  if (!end_.compare_exchange_strong(none, mine.get(), std::memory_order_release)) return;
  (void)mine.release();
  of_.look_at_custody();
}

detail::account_counts custody::count() noexcept {
  return {.processes = processes_.load(std::memory_order_relaxed),
          .endpoints = endpoints_.load(std::memory_order_relaxed)};
}

std::shared_ptr<custody> custody_of_child(const spawn_action& child,
                                          const std::shared_ptr<custody>& of_parent,
                                          custody_host& vm) {
  const detail::upbringing own = child.raised();
  if (own.under.get() == nullptr) return of_parent;
  if (!std::holds_alternative<boot_function>(child.what)) return nullptr;
  return std::allocate_shared<custody>(detail::account_allocator<custody>{}, *own.under.get(), vm);
}

}  // namespace souk
