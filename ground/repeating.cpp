// A recorded run of a ground VM again: the functional VM performs its commits, and the values of
// event sources come from the journal. The loop is there for drivers to find, and has nothing to
// do: no source is asked, and what handlers would ask the world is answered from the journal.
//
// Threads    The one that called ground_vm().
#include <string>
#include <vector>

#include "ground/event_sources.hpp"
#include "ground/reporter.hpp"
#include "ground/runner.hpp"
#include "vm/functional/machine.hpp"
#include "vm/replay/answers.hpp"
#include "vm/replay/hosts.hpp"
#include "vm/replay/replayer.hpp"

namespace souk::ground {
namespace {

/// Knows the event sources by the numbers that subscriptions gives them.
class source_list final : public reporter {
 public:
  using reporter::reporter;

  void on_endpoint_added(pid owner, const role& r) override {
    if (owner.vm == root_vm && subscriptions::source_of(r) != nullptr)
      events_.push_back(r.topic.head());
    reporter::on_endpoint_added(owner, r);
  }

  [[nodiscard]] const term& event(std::uint64_t number) const {
    if (number > 0 && number <= events_.size()) return events_[number - 1];
    throw journal_error{"the replay diverges: event source " + std::to_string(number) +
                        " yields a value, and only " + std::to_string(events_.size()) +
                        " endpoints have asked for one"};
  }

 private:
  std::vector<term> events_;
};

class repetition {
 public:
  repetition(const boot_function& boot, const ground_options& how)
      : of_{*how.replay}, answers_{of_.inside()}, sources_{how.log, how.listener} {
    root_.boot(boot);
  }

  void run(std::uint64_t most) {
    replayer again{common_, root_, of_,
                   [this](const send_message& recorded) { return message_of(recorded); }};
    const std::uint64_t done =
        again.perform(most, [this](const action_list& /*escaped*/) { answers_.check(); });
    if (done == of_.commits()) answers_.check_all_given();
  }

 private:
  send_message message_of(const send_message& recorded) {
    const auto number =
        recorded.body.is(kind::pair) ? source_number(recorded.body.head()) : std::nullopt;
    if (!number) {
      throw journal_error{"this is no journal of a ground VM: " + to_string(recorded.body) +
                          " came in, which is no value of an event source"};
    }
    return send_message{cons(sources_.event(*number), stand_ins_.put_in(recorded.body.tail()))};
  }

  const journal& of_;
  repeated_answers answers_;
  stand_ins stand_ins_;
  source_list sources_;
  loop loop_;
  const place place_{&loop_, &answers_};
  surroundings_scope here_{&place_};  // also while processes boot and states are destroyed
  functional::settings common_{
      .listener = &sources_, .shuffled = false, .driven = true, .dice = {}};
  functional::machine root_{common_};
};

}  // namespace

void repeat(const boot_function& boot, const ground_options& options) {
  repetition{boot, options}.run(options.most_replayed);
}

}  // namespace souk::ground
