#include <souk/convert.hpp>
#include <souk/custodian.hpp>

#include "vm/replay/answers.hpp"

namespace souk {

using detail::account;

const char* memory_limit_error::what() const noexcept { return "memory-limit"; }

custodian custodian::current() {
  account& mine = account::current();
  mine.hold();
  return custodian{mine};
}

custodian make_custodian() { return custodian{account::open(account::current())}; }

memory_usage custodian::usage() const {
  const term told = ask_world([this] {
    const account::figures now = inside_.get()->read();
    return make_vector(now.own, now.total, now.peak,
                       now.limit == account::no_limit ? term{false} : term{now.limit});
  });
  const auto figure = [&](std::size_t i) {
    return told.parts()[i].as<std::uint64_t>().value_or(0);
  };
  memory_usage all{.own = figure(0), .total = figure(1), .peak = figure(2)};
  if (!told.parts()[3].is_false()) all.limit = figure(3);
  return all;
}

void custodian::limit_memory(std::uint64_t bytes) const {
  tell_world([&] {
    inside_.get()->limit_memory(bytes);
    if (detail::this_thread.current == nullptr) account::enforce_limits();  // else the VM does
  });
}

void custodian::shut_down(const term& why) const {
  tell_world([&] { inside_.get()->shut_down(why); });
}

}  // namespace souk
