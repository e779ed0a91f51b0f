// What custodians close: functions of the program that close a socket, a timer, a file.
//
// Threads    close_all(): any, with no lock held; what it calls may do anything.
#pragma once

#include <souk/detail/account.hpp>
#include <souk/detail/account_allocator.hpp>
#include <souk/detail/function.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace souk::detail {

/// Of one account, by number: in the order in which they were added. The registry's lock.
struct open_resources {
  std::map<std::uint64_t, account::closer, std::less<>,
           account_allocator<std::pair<const std::uint64_t, account::closer>>>
      all{};
};

/// Calls one after the other. What one throws goes to `failed`, as text, and the next is called.
/// What they ask the world is neither recorded nor repeated: when they are called is not up to the
/// program.
void close_all(std::vector<account::closer> all,
               const std::function<void(const std::string&)>& failed) noexcept;

}  // namespace souk::detail
