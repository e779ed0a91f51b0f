#include "vm/replay/answers.hpp"

namespace souk {

namespace {

std::string name_of(pid who) {
  return "process " + std::to_string(who.number) + (who.vm == root_vm ? "" : " of a nested VM");
}

}  // namespace

answers::~answers() = default;

term recorded_answers::answer(pid who, const std::function<term()>& ask) {
  term told = ask();
  into_.keep_answer(who, told);
  return told;
}

term repeated_answers::answer(pid who, const std::function<term()>& /*ask*/) {
  const auto& all = of_.answers_to(who);
  std::size_t& given = given_[who];
  if (given < all.size()) return all[given++];
  if (!missed_) missed_ = who;
  return {};
}

void repeated_answers::check() const {
  if (!missed_) return;
  throw journal_error{"the replay diverges: " + name_of(*missed_) +
                      " asks the world (the time, a fresh name, a socket) more often than it did "
                      "when it was recorded"};
}

void repeated_answers::check_all_given() const {
  for (const auto& [who, all] : of_.all_answers()) {
    const auto place = given_.find(who);
    const std::size_t given = place == given_.end() ? 0 : place->second;
    if (given == all.size()) continue;
    throw journal_error{"the replay diverges: " + name_of(who) +
                        " asks the world (the time, a fresh name, a socket) " +
                        std::to_string(given) + " times, and asked " + std::to_string(all.size()) +
                        " times when it was recorded"};
  }
}

pid& running_process() noexcept {
  thread_local pid now{};
  return now;
}

}  // namespace souk
