// Workloads of `souk bench` in CAF, each with the same work and payloads.
//
//     peer pingpong 0 2000000 1          (WORKLOAD SIZE COUNT THREADS)
//
// Prints one JSON object. Each workload runs once to warm up, with a tenth of the work, then
// counts; actors are in place before the clock starts. What did not arrive is an error.
#include "peer.hpp"

#include <algorithm>
#include <cstdio>
#include <map>

namespace {

using namespace peer;

struct workload {
  const char* unit;
  result (*run)(caf::actor_system&, number size, number count);
};
const std::map<std::string, workload> workloads{
    {"pingpong", {"messages/s", pingpong}},
    {"ring", {"hops/s", ring}},
    {"counting", {"messages/s", counting}},
    {"fork-join-throughput", {"messages/s", fork_join_throughput}},
    {"big", {"messages/s", big}},
    {"pairs", {"messages/s", pairs}},
    {"round-trips", {"answers/s", round_trips}},
    {"fan-out", {"deliveries/s", fan_out}},
    {"chameneos", {"meetings/s", chameneos}},
    {"fork-join-create", {"processes/s", fork_join_create}},
    {"skynet", {"processes/s", skynet}},
};

struct weight {
  const char* unit;
  double (*run)(caf::actor_system&, number size, number count);
};
const std::map<std::string, weight> weights{
    {"idle", {"bytes/process", idle}},
    {"backlog", {"bytes/message", backlog}},
};

void measure(caf::actor_system& system, const std::string& name, number size, number count) {
  if (const auto found = workloads.find(name); found != workloads.end()) {
    (void)found->second.run(system, size, std::max<number>(count / 10, 1));
    const result did = found->second.run(system, size, count);
    std::string latencies;
    for (const auto& [time, times] : did.latencies) {
      latencies += (latencies.empty() ? ",\"latencies\":[[" : ",[") + std::to_string(time) + ',' +
                   std::to_string(times) + ']';
    }
    if (!latencies.empty()) latencies += ']';
    std::printf("{\"workload\":\"%s\",\"value\":%.3f,\"per_core_second\":%.3f,\"unit\":\"%s\"%s}\n",
                name.c_str(), did.amount / did.seconds, did.amount / did.core_seconds,
                found->second.unit, latencies.c_str());
  } else if (const auto heavy = weights.find(name); heavy != weights.end()) {
    std::printf("{\"workload\":\"%s\",\"value\":%.3f,\"unit\":\"%s\"}\n", name.c_str(),
                heavy->second.run(system, size, count), heavy->second.unit);
  } else {
    throw std::runtime_error{"there is no workload " + name};
  }
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc != 5) throw std::runtime_error{"usage: peer WORKLOAD SIZE COUNT THREADS"};
    caf::actor_system_config configuration;
    configuration.set("scheduler.max-threads", std::stoul(argv[4]));
    caf::actor_system system{configuration};
    measure(system, argv[1], std::stoull(argv[2]), std::stoull(argv[3]));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "peer: %s\n", error.what());
    return 1;
  }
}
