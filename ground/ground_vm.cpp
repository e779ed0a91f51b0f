#include <souk/ground.hpp>

#include <csignal>
#include <cstdio>
#include <string>

#include "ground/event_sources.hpp"
#include "ground/loop.hpp"
#include "ground/signals.hpp"
#include "ground/subscriptions.hpp"

namespace souk {

event_source::~event_source() = default;

namespace ground {
namespace {

const loop*& loop_of_this_thread() noexcept {
  thread_local const loop* current = nullptr;
  return current;
}

}  // namespace

const loop& current_loop(std::string_view who) {
  if (const loop* const current = loop_of_this_thread(); current != nullptr) return *current;
  throw usage_error{std::string{who} + " works in a ground VM only: start it with ground_vm(..., " +
                    std::string{who} + ", ...)"};
}

void check_place(std::string_view who, pid self, std::string_view instead) {
  (void)current_loop(who);
  if (self.vm == root_vm) return;
  throw usage_error{std::string{who} +
                    " is in a nested VM, where no events come: start it in the ground VM, and " +
                    std::string{instead}};
}

loop_scope::loop_scope(const loop& current) noexcept
    : before_{std::exchange(loop_of_this_thread(), &current)} {}
loop_scope::~loop_scope() { loop_of_this_thread() = before_; }

namespace {

/// The drivers and the watcher are made for one thread.
vm_kind check_kind(vm_kind wanted) {
  if (wanted == vm_kind::functional) return wanted;
  throw usage_error{
      "a ground VM runs on the functional VM only, as yet: leave ground_options::kind as it is"};
}

/// What the ground VM hears of its processes: which events they ask for, and how they end.
class watcher final : public vm_listener {
 public:
  watcher(subscriptions& wanted, std::function<void(std::string_view)> log)
      : wanted_{wanted}, log_{std::move(log)} {}

  void on_endpoint_added(pid owner, const role& r) override {
    if (owner.vm == root_vm) wanted_.add(r);
  }
  void on_endpoint_deleted(pid owner, const role& r) override {
    if (owner.vm == root_vm) wanted_.remove(r);
  }
  void on_end(pid who, const term& name, ending how, const reason& why) override {
    if (how == ending::quit && why.is_crash()) say(who, name, "ended by an error: " + why.text());
  }

  void say(std::string_view line) {
    if (log_) {
      log_(line);
    } else {
      std::fprintf(stderr, "souk: %.*s\n", static_cast<int>(line.size()), line.data());
    }
  }

 private:
  void say(pid who, const term& name, const std::string& what) {
    const std::string title = name.is_false() ? "" : " " + to_string(name);
    say("process " + std::to_string(who.number) + title +
        (who.vm == root_vm ? "" : " of a nested VM") + " " + what);
  }

  subscriptions& wanted_;
  std::function<void(std::string_view)> log_;
};

class runner {
 public:
  runner(boot_function boot, ground_options options)
      : options_{std::move(options)},
        watcher_{wanted_, options_.log},
        vm_{{.kind = check_kind(options_.kind),
             .seed = options_.seed,
             .listener = &watcher_,
             .on_escape =
                 [this](const action&) {
                   watcher_.say(
                       "an at-meta-level action of a process of the ground VM is dropped: there is "
                       "no VM "
                       "around it. Put the process into spawn_vm(), or leave out at_meta_level()");
                 }},
            std::move(boot)} {
    if (options_.handle_signals) catch_signals();
  }

  void run() {
    while (!stopping_) {
      const bool busy = vm_.run_round();
      wanted_.settle();
      if (!busy && wanted_.empty()) break;
      for (const ticket t : busy ? ready_->poll() : ready_->wait()) deliver(t);
    }
    finish();
  }

 private:
  static constexpr ticket signal_ticket = 0;  // subscriptions count from 1

  void catch_signals() {
    auto opened = signals::open(loop_, {SIGINT, SIGTERM});
    if (!opened) {
      watcher_.say("SIGINT and SIGTERM keep their meaning: " + opened.error().message());
      return;
    }
    signals_ = std::move(opened.value());
    signals_->request([queue = ready_] { queue->push(signal_ticket); });
  }

  // One value, and all that follows from it in one round, before the next is taken: then a source
  // that a handler has cancelled is not asked for more.
  void deliver(ticket t) {
    if (t == signal_ticket) {
      stopping_ = true;
      return;
    }
    if (std::optional<term> message = wanted_.take(t)) {
      vm_.inject(send_message{std::move(*message)});
      vm_.run_round();
      wanted_.settle();
    }
  }

  // What was received is handled to its end, and what was written is sent; both in bounded time.
  void finish() {
    const auto deadline = std::chrono::steady_clock::now() + options_.flush_deadline;
    while (vm_.run_round() && std::chrono::steady_clock::now() < deadline) {
    }
    loop_.stop(options_.flush_deadline);
  }

  ground_options options_;
  loop loop_;
  loop_scope here_{loop_};  // also while processes boot and states are destroyed
  std::shared_ptr<ready_queue> ready_ = std::make_shared<ready_queue>();
  std::shared_ptr<signals> signals_;
  subscriptions wanted_{ready_};
  watcher watcher_;
  vm vm_;
  bool stopping_ = false;
};

}  // namespace
}  // namespace ground

void run_ground_vm(boot_function boot, ground_options options) {
  ground::runner{std::move(boot), std::move(options)}.run();
}

}  // namespace souk
