#include <souk/convert.hpp>
#include <souk/custodian.hpp>

#include "vm/replay/answers.hpp"

namespace souk {

using detail::account;

const char* memory_limit_error::what() const noexcept { return "memory-limit"; }

namespace {

std::uint64_t number_in(const term& of, std::size_t place) {
  return of.parts()[place].as<std::uint64_t>().value_or(0);
}

term as_term(const counts& all) {
  return make_vector(all.processes, all.endpoints, all.queued, all.resources);
}

counts counts_in(const term& told) {
  return {.processes = number_in(told, 0),
          .endpoints = number_in(told, 1),
          .queued = number_in(told, 2),
          .resources = number_in(told, 3)};
}

}  // namespace

custodian custodian::current() {
  account& mine = account::current();
  mine.hold();
  return custodian{mine};
}

custodian make_custodian() { return custodian{account::open(account::current())}; }

custodian_usage custodian::usage() const {
  const term told = ask_world([this] {
    const account::figures now = inside_.get()->read();
    return make_vector(now.own, now.total, now.peak,
                       now.limit == account::no_limit ? term{false} : term{now.limit},
                       as_term(now.own_counts), as_term(now.total_counts));
  });
  custodian_usage all{
      .own = number_in(told, 0), .total = number_in(told, 1), .peak = number_in(told, 2)};
  if (!told.parts()[3].is_false()) all.limit = number_in(told, 3);
  all.own_counts = counts_in(told.parts()[4]);
  all.total_counts = counts_in(told.parts()[5]);
  return all;
}

void custodian::limit_memory(std::uint64_t bytes) const {
  tell_world([&] {
    inside_.get()->limit_memory(bytes);
    if (detail::this_thread.current == nullptr) account::enforce_limits();  // else the VM does
  });
}

void custodian::require_memory(std::uint64_t bytes) const {
  tell_world([&] {
    inside_.get()->require_memory(bytes);
    if (detail::this_thread.current == nullptr) account::enforce_limits();  // else the VM does
  });
}

// When VMs end is recorded; what is open is opened again in a replay, and closed.
void custodian::shut_down(const term& why) const {
  tell_world([&] { inside_.get()->end_vms(why); });
  inside_.get()->close_if_made();
}

resource custodian::keep_open(const detail::function<void()>& close) const {
  const std::uint64_t number = inside_.get()->keep_open(close);
  if (number == 0) close();
  return resource{inside_, number};
}

void resource::close() const {
  if (const auto close = keeper_.get()->take_open(number_)) close();
}

// In a replay custodians shut nothing down, so what they had closed when it was recorded is open.
bool resource::release() const {
  const bool was_open = static_cast<bool>(keeper_.get()->take_open(number_));
  return ask_world([&] { return term{was_open}; }) == term{true};
}

}  // namespace souk
