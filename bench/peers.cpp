#include "bench/peers.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <system_error>

#include "bench/child.hpp"

namespace souk::bench {
namespace {

using arguments = std::vector<std::string>;

arguments caf(const std::string& build, const std::string& workload, std::uint64_t size,
              std::uint64_t count, unsigned workers) {
  return {build + "/caf_peer", workload, std::to_string(size), std::to_string(count),
          std::to_string(workers)};
}

arguments erlang(const std::string& build, const std::string& workload, std::uint64_t size,
                 std::uint64_t count, unsigned workers) {
  const std::string schedulers = std::to_string(workers) + ':' + std::to_string(workers);
  return {
      "erl", "+S",   schedulers,  "+P",   "4000000", "-noshell",           "-pa",
      build, "-run", "souk_peer", "main", workload,  std::to_string(size), std::to_string(count)};
}

arguments go(const std::string& build, const std::string& workload, std::uint64_t size,
             std::uint64_t count, unsigned workers) {
  return {"env",
          "GOMAXPROCS=" + std::to_string(workers),
          build + "/go_peer",
          workload,
          std::to_string(size),
          std::to_string(count)};
}

/// Only in a child: becomes that program.
[[noreturn]] void become(arguments command) {
  std::vector<char*> raw;
  for (std::string& one : command) raw.push_back(one.data());
  raw.push_back(nullptr);
  ::execvp(raw[0], raw.data());
  throw std::system_error{errno, std::generic_category(), "cannot run " + command.front()};
}

void redirect(int from, int to) {
  if (::dup2(to, from) < 0)
    throw std::system_error{errno, std::generic_category(), "cannot redirect an output"};
}

void build_step(const arguments& command, const std::filesystem::path& log) {
  const child_end end = run_in_child({}, [&](int) {
    const int file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (file < 0)
      throw std::system_error{errno, std::generic_category(), "cannot write " + log.string()};
    redirect(STDOUT_FILENO, file);
    redirect(STDERR_FILENO, file);
    become(command);
  });
  if (end.status != 0)
    throw std::runtime_error{"the peers cannot be built (" + how_it_ended(end) +
                             "): " + log.string() + " says why"};
}

}  // namespace

const std::vector<peer>& peers() {
  static const std::vector<peer> all{{"CAF", "libcaf-dev", "caf_peer", caf},
                                     {"Erlang", "erlang-base", "souk_peer.beam", erlang},
                                     {"Go", "golang-go", "go_peer", go}};
  return all;
}

bool have_peers(std::string_view workload) noexcept {
  static constexpr std::array<std::string_view, 13> all{
      "pingpong", "ring",    "counting",   "fork-join-throughput", "big",
      "pairs",    "fan-out", "chameneos",  "fork-join-create",     "skynet",
      "idle",     "backlog", "round-trips"};
  return std::ranges::find(all, workload) != all.end();
}

built_peers::built_peers() : build_{SOUK_PEERS_BUILD} {
  const std::filesystem::path sources{SOUK_PEERS_SOURCE};
  if (!exists(sources / "CMakeLists.txt"))
    throw std::runtime_error{"the sources of the peers are not in " + sources.string() +
                             ": use a `souk` in the folder where it was built"};
  create_directories(build_);
  const std::filesystem::path log = build_ / "build.log";
  std::filesystem::remove(log);
  // Afresh: there may be a cache of another generator.
  build_step({"cmake", "--fresh", "-G", SOUK_PEERS_GENERATOR, "-S", sources, "-B", build_, "-D",
              "CMAKE_BUILD_TYPE=Release"},
             log);
  build_step({"cmake", "--build", build_}, log);
  for (const peer& one : peers()) (exists(build_ / one.file) ? present_ : missing_).push_back(&one);
}

peer_outcome built_peers::run(const peer& what, std::string_view workload, std::uint64_t size,
                              std::uint64_t count, unsigned workers, unsigned seconds) const {
  const arguments command = what.command(build_, std::string{workload}, size, count, workers);
  const child_end end = run_in_child({workers, seconds}, [&](int out) {
    redirect(STDOUT_FILENO, out);
    become(command);
  });
  const std::string place = std::string{what.name} + ", " + std::string{workload};
  if (end.status != 0) throw std::runtime_error{place + ": " + how_it_ended(end)};
  try {
    const nlohmann::json told = nlohmann::json::parse(end.told);
    const double value = told.at("value");
    peer_outcome did{value, told.value("per_core_second", value)};
    for (const nlohmann::json& one : told.value("latencies", nlohmann::json::array()))
      did.latencies.add(one.at(0).get<std::uint64_t>(), one.at(1).get<std::uint64_t>());
    return did;
  } catch (const nlohmann::json::exception&) {
    throw std::runtime_error{place + ": its output makes no sense: " + end.told};
  }
}

}  // namespace souk::bench
