// What a recorded run of the ground VM writes down beside its commits: which source gave each value
// that came in, and what handlers asked the world.
//
// Threads    note(): the ground VM's. answers(): any.
#pragma once

#include <souk/ground.hpp>

#include "ground/subscriptions.hpp"
#include "vm/replay/answers.hpp"
#include "vm/replay/hosts.hpp"

namespace souk::ground {

class recorder {
 public:
  explicit recorder(journal& into) : journal_{into}, answers_{into.inside()} {}

  /// The message as the journal keeps it: an object in it is not kept alive by the journal.
  [[nodiscard]] send_message note(const subscriptions::taken& came) {
    return send_message{cons(source_name(came.source_number), hosts_.name(came.message.tail()))};
  }
  /// The run ends before all is done.
  void cut_short() noexcept { journal_.inside().cut_short(); }

  [[nodiscard]] answers& told() noexcept { return answers_; }

 private:
  journal& journal_;
  recorded_answers answers_;
  host_names hosts_;
};

}  // namespace souk::ground
