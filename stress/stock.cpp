#include "stress/stock.hpp"

#include <souk/detail/account.hpp>

#include <chrono>
#include <filesystem>
#include <iterator>
#include <thread>

namespace souk::stress {
namespace {

namespace fs = std::filesystem;
using detail::account;

std::size_t count_entries(const char* folder) {
  std::error_code none;  // a thread may end while it is listed
  std::size_t count = 0;
  for (fs::directory_iterator at{folder, none}; !none && at != fs::directory_iterator{};
       at.increment(none))
    ++count;
  return count;
}

std::size_t count_threads() { return count_entries("/proc/self/task"); }

std::string more(const std::string& what, std::int64_t before, std::int64_t after) {
  return what + ": " + std::to_string(before) + " before the VM was made, " +
         std::to_string(after) + " after it is gone";
}

}  // namespace

stock take_stock() {
  (void)account::current();  // the program's own is made when it is first used
  return {account::bytes_taken(), account::count(), count_entries("/proc/self/fd")};
}

std::optional<std::string> find_remains(const stock& before, std::size_t most_threads) {
  // A thread that was joined is listed until the system has taken it apart.
  constexpr int most_looks = 2'000;
  std::size_t threads = count_threads();
  for (int looks = 0; threads > most_threads && looks < most_looks; ++looks) {
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
    threads = count_threads();
  }
  if (threads > most_threads)
    return std::to_string(threads) + " threads are there, where at most " +
           std::to_string(most_threads) + " may be";
  const stock now = take_stock();
  if (now.bytes != before.bytes) return more("bytes in accounts", before.bytes, now.bytes);
  if (now.accounts != before.accounts)
    return more("custodians", static_cast<std::int64_t>(before.accounts),
                static_cast<std::int64_t>(now.accounts));
  if (now.descriptors != before.descriptors)
    return more("descriptors", static_cast<std::int64_t>(before.descriptors),
                static_cast<std::int64_t>(now.descriptors));
  return std::nullopt;
}

}  // namespace souk::stress
