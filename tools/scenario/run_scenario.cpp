// A scenario as the outermost VM, and what is recorded of its run.
//
// An error of the scenario is kept aside and ends the run.
#include <atomic>
#include <memory>
#include <mutex>
#include <random>

#include "tools/scenario/document.hpp"
#include "tools/scenario/evaluate.hpp"
#include "tools/scenario/interpreter.hpp"
#include "tools/scenario/recorder.hpp"

namespace souk::tool {
namespace {

class run {
 public:
  run(const scenario& program, const run_options& options) : program_{program}, options_{options} {}

  json outcome() {
    const std::shared_ptr<const scenario> lent{std::shared_ptr<void>{}, &program_};
    vm market{vm_options{.kind = options_.kind,
                         .seed = options_.seed,
                         .workers = options_.workers,
                         .executor = options_.executor,
                         .listener = recorder_.get(),
                         .record = options_.record,
                         .reflect = options_.reflect,
                         .on_escape = [this](const souk::action& a) { recorder_->on_escape(a); }},
              boot_scenario(lent, recorder_)};
    if (options_.replay != nullptr) {
      market.replay(*options_.replay, options_.most_replayed);
      return recorder_->outcome();
    }
    run_until_idle(market);
    for (const auto& stage : program_.inject) {
      market.inject(messages_of(stage));
      run_until_idle(market);
    }
    return recorder_->outcome();
  }

 private:
  static std::vector<send_message> messages_of(const action_list& stage) {
    std::vector<send_message> out;
    for (const auto& each : stage) {
      const auto& message = std::get<send_action>(each.is);
      out.emplace_back(evaluate(message.body, environment{}), to_souk(message.orientation));
    }
    return out;
  }

  void run_until_idle(vm& market) {
    bool more = true;
    while (more) {
      if (options_.most_rounds && rounds_ >= *options_.most_rounds) {
        throw load_error(program_.file + ": still running after " + std::to_string(rounds_) +
                         " rounds; allow more with --max-rounds, if it ends at all");
      }
      ++rounds_;
      more = advance(market);
      if (recorder_->has_failed()) throw load_error(recorder_->failure());
    }
  }

  /// A round, or one transition of a process drawn from the seed. False: nothing is left to do.
  bool advance(vm& market) {
    if (!options_.by_transition) return market.run_round();
    const auto ready = market.steppable();
    if (ready.empty()) return false;
    std::uniform_int_distribution<std::size_t> choose{0, ready.size() - 1};
    return market.step(ready.at(choose(dice_)));
  }

  const scenario& program_;
  const run_options& options_;
  const std::shared_ptr<recorder> recorder_ = std::make_shared<recorder>(options_.listener);
  std::uint64_t rounds_ = 0;
  std::mt19937_64 dice_{options_.seed};
};

}  // namespace

json run_scenario(const scenario& program, const run_options& options) {
  return run{program, options}.outcome();
}

}  // namespace souk::tool
