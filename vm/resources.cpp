#include "vm/resources.hpp"

#include <souk/detail/bindings.hpp>

#include "vm/account_registry.hpp"
#include "vm/surroundings.hpp"

#include <algorithm>
#include <exception>
#include <mutex>

namespace souk::detail {

namespace {

account_registry& registry() { return account_registry::the(); }

}  // namespace

/// Taken out of its account, which must not go before the lock does.
struct open_resource {
  std::uint64_t number;
  held_account keeper;
  account::closer close;
};

/// Of the VM that it was made in. Pre: `tree` is held.
bool account::has_vm_ended() const noexcept {
  const account* a = this;
  while (a->owner_ == nullptr && !a->has_ended_ && a->around_ != nullptr) a = a->around_;
  return a->has_ended_;
}

std::uint64_t account::keep_open(closer close) {
  const std::scoped_lock held{registry().tree};
  if (has_vm_ended()) return 0;
  if (open_ == nullptr) open_ = std::make_unique<open_resources>();
  const std::uint64_t number = registry().last_resource + 1;
  open_->all.emplace(number, std::move(close));
  hold();
  ++registry().resources;
  return registry().last_resource = number;
}

account::closer account::take_open(std::uint64_t number) noexcept {
  held_account kept;  // let go after the lock
  const std::scoped_lock held{registry().tree};
  if (open_ == nullptr) return {};
  auto taken = open_->all.extract(number);
  if (taken.empty()) return {};
  kept = held_account{*this};
  --registry().resources;
  return std::move(taken.mapped());
}

/// Moves what is open to `into`. Pre: `tree` is held.
void account::take_below(std::vector<open_resource>& into) {
  if (open_ != nullptr) {
    for (auto& [number, close] : open_->all)
      into.push_back({number, held_account{*this}, std::move(close)});
    registry().resources -= open_->all.size();
    open_->all.clear();
  }
  for (account* a = inside_; a != nullptr; a = a->next_) {
    if (a->owner_ == nullptr) a->take_below(into);
  }
}

std::vector<account::closer> account::take_all_open() {
  std::vector<open_resource> all;
  {
    const std::scoped_lock held{registry().tree};
    if (registry().resources > 0) take_below(all);
  }
  std::ranges::sort(all, std::ranges::greater{}, &open_resource::number);
  std::vector<closer> sorted;
  sorted.reserve(all.size());
  for (open_resource& one : all) sorted.push_back(std::move(one.close));
  return sorted;
}

std::vector<account::closer> account::take_last_open() {
  {
    const std::scoped_lock held{registry().tree};
    has_ended_ = true;
  }
  return take_all_open();
}

void account::close_if_made() noexcept {
  {
    const std::scoped_lock held{registry().tree};
    if (owner_ != nullptr) return;
  }
  close_all(take_all_open(), [](const std::string&) {});  // there is nobody to tell
}

account_counts account::count_own() const noexcept {
  account_counts all = owner_ == nullptr ? account_counts{} : owner_->count();
  if (open_ != nullptr) all.resources = open_->all.size();
  return all;
}

void close_all(std::vector<account::closer> all,
               const std::function<void(const std::string&)>& failed) noexcept {
  if (all.empty()) return;
  const place* const around = surroundings_scope::current();
  const place unheard{.loop = around == nullptr ? nullptr : around->loop};
  const surroundings_scope here{&unheard};
  const bound_scope unbound{bindings{}};
  {
    const account_scope unrefused{account::current()};
    for (account::closer& close : all) {
      try {
        std::exchange(close, {})();
      } catch (const std::exception& e) {
        failed(e.what());
      } catch (...) {
        failed("an exception that is not a std::exception");
      }
    }
  }
  account::enforce_limits();  // what was called took memory
}

}  // namespace souk::detail
