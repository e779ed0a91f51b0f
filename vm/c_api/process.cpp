#include "vm/c_api/process.hpp"

#include "vm/c_api/term_handle.hpp"

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

using namespace souk;
using namespace souk::c_api;

static_assert(SOUK_PUBLISHER == static_cast<int>(orientation::publisher));
static_assert(SOUK_SUBSCRIBER == static_cast<int>(orientation::subscriber));
static_assert(SOUK_PARTICIPANT == static_cast<int>(interest_type::participant));
static_assert(SOUK_OBSERVER == static_cast<int>(interest_type::observer));
static_assert(SOUK_EVERYTHING == static_cast<int>(interest_type::everything));
static_assert(SOUK_EVENT_PRESENCE == 1 + static_cast<int>(event_kind::presence));
static_assert(SOUK_EVENT_ABSENCE == 1 + static_cast<int>(event_kind::absence));
static_assert(SOUK_EVENT_MESSAGE == 1 + static_cast<int>(event_kind::message));

struct souk_event {
  const term* self;
  const term* endpoint;  // null: the start
  const event* what;     // null: the start
};

struct souk_actions {
  actions& all;
};

namespace souk::c_api {
namespace {

void keep(void* /*state*/) {}

/// The state of the process, as the VM has it: what was handed over, and who it is.
struct running {
  souk_handler handler;
  std::shared_ptr<void> state;
  term self;

  /// Throws what the handler could not: a crash (CRA-1).
  void call(const term* endpoint, const event* what, actions& out) const {
    const souk_event given{&self, endpoint, what};
    souk_actions answer{out};
    forget_error();
    const souk_status how = handler(state.get(), &given, &answer);
    if (how == SOUK_OK) return;
    const std::string why = souk_error_message();
    throw std::runtime_error{
        why.empty() ? "its handler returned " + std::to_string(static_cast<int>(how)) : why};
  }
};

/// What each endpoint does.
struct hear {
  term id;

  bool operator()(const event& e, detail::state_box& state, actions& out) const {
    state.get<running>().call(&id, &e, out);
    return true;
  }
};

booted start(running me) {
  actions first;
  me.call(nullptr, nullptr, first);
  return {detail::state_box{std::move(me)}, std::move(first).take()};
}

orientation as_orientation(souk_orientation o) {
  require(o == SOUK_PUBLISHER || o == SOUK_SUBSCRIBER, "there is no such orientation");
  return static_cast<orientation>(o);
}
interest_type as_interest(souk_interest i) {
  require(i == SOUK_PARTICIPANT || i == SOUK_OBSERVER || i == SOUK_EVERYTHING,
          "there is no such type of interest");
  return static_cast<interest_type>(i);
}

template <class F>
souk_status add(souk_actions* out, F make) noexcept {
  return attempt([&] {
    auto one = make();  // first: from then on a state is ours
    require(out != nullptr, "there is nowhere to add an action: out is null");
    out->all.append(std::move(one));
  });
}

}  // namespace

boot_function make_boot(souk_handler handler, void* state, souk_destroy destroy) {
  // If this fails, the state is destroyed: so says shared_ptr.
  std::shared_ptr<void> ours{state, destroy == nullptr ? &keep : destroy,
                             detail::account_allocator<char>{}};
  require(handler != nullptr, "a process without a handler");
  return boot_function{[=](pid self) { return start({handler, ours, self}); }};
}

}  // namespace souk::c_api

souk_event_kind souk_event_which(const souk_event* e) {
  return e->what == nullptr ? SOUK_EVENT_START
                            : static_cast<souk_event_kind>(1 + static_cast<int>(e->what->which()));
}
const souk_term* souk_event_self(const souk_event* e) { return as_c(*e->self); }
const souk_term* souk_event_endpoint(const souk_event* e) {
  return e->endpoint == nullptr ? nullptr : as_c(*e->endpoint);
}
const souk_term* souk_event_topic(const souk_event* e) {
  return e->what == nullptr ? nullptr : as_c(e->what->topic());
}
souk_orientation souk_event_orientation(const souk_event* e) {
  return static_cast<souk_orientation>(e->what->role().orientation);
}
souk_interest souk_event_interest(const souk_event* e) {
  return static_cast<souk_interest>(e->what->role().interest);
}
const souk_term* souk_event_reason(const souk_event* e) {
  const bool has_one = souk_event_which(e) == SOUK_EVENT_ABSENCE;
  return has_one ? as_c(e->what->why().value) : nullptr;
}

souk_status souk_send(souk_actions* out, const souk_term* body) {
  return add(out, [=] { return send_message(as_term(body)); });
}
souk_status souk_send_feedback(souk_actions* out, const souk_term* body) {
  return add(out, [=] { return send_feedback(as_term(body)); });
}
souk_status souk_add_endpoint(souk_actions* out, const souk_term* id, souk_orientation o,
                              souk_interest interest, const souk_term* topic) {
  return add(out, [=] {
    const term name = id == nullptr ? term{fresh_symbol("endpoint")} : as_term(id);
    return add_endpoint{
        name, {as_orientation(o), as_interest(interest), as_term(topic)}, handler{hear{name}}};
  });
}
souk_status souk_delete_endpoint(souk_actions* out, const souk_term* id, const souk_term* reason) {
  return add(out, [=] { return delete_endpoint(as_term(id), as_term_or_false(reason)); });
}
souk_status souk_spawn(souk_actions* out, const souk_term* name, souk_handler handler, void* state,
                       souk_destroy destroy) {
  return add(out, [=] {
    return name_process(as_term_or_false(name), spawn(make_boot(handler, state, destroy)));
  });
}
souk_status souk_quit(souk_actions* out, const souk_term* reason) {
  return add(out, [=] { return quit(as_term_or_false(reason)); });
}
souk_status souk_quit_process(souk_actions* out, const souk_term* pid, const souk_term* reason) {
  return add(out, [=] { return quit(as_term(pid).as_pid(), as_term_or_false(reason)); });
}
