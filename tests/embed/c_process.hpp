// Processes of souk.h whose handler is a lambda, and terms that free themselves.
#pragma once

#include <souk/souk.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace souk::testing {

struct free_term {
  void operator()(souk_term* t) const noexcept { souk_term_free(t); }
};
using owned_term = std::unique_ptr<souk_term, free_term>;

struct free_vm {
  void operator()(souk_vm* v) const noexcept { souk_vm_free(v); }
};
using owned_vm = std::unique_ptr<souk_vm, free_vm>;

[[nodiscard]] inline owned_term read(const char* text) {
  return owned_term{souk_read(text, SOUK_TO_NUL)};
}
[[nodiscard]] inline std::string text_of(const souk_term* t) {
  std::string text(souk_term_write(t, nullptr, 0), '\0');
  (void)souk_term_write(t, text.data(), text.size() + 1);
  return text;
}

using behaviour = std::function<souk_status(const souk_event*, souk_actions*)>;

/// What souk.h takes of a process, made of a lambda.
inline souk_status behave(void* state, const souk_event* event, souk_actions* out) {
  return (*static_cast<behaviour*>(state))(event, out);
}
inline void forget(void* state) { delete static_cast<behaviour*>(state); }

inline souk_status spawn(souk_actions* out, behaviour b) {
  return souk_spawn(out, nullptr, behave, new behaviour{std::move(b)}, forget);
}
[[nodiscard]] inline owned_vm make_vm(souk_vm_kind kind, behaviour first, unsigned workers = 2) {
  souk_vm_options chosen{};
  chosen.size = sizeof chosen;
  chosen.kind = kind;
  chosen.workers = workers;
  chosen.own_threads = true;
  return owned_vm{souk_vm_new(&chosen, behave, new behaviour{std::move(first)}, forget)};
}

[[nodiscard]] inline bool is_start(const souk_event* e) {
  return souk_event_which(e) == SOUK_EVENT_START;
}
inline souk_status add_participant(souk_actions* out, souk_orientation o, const char* topic) {
  return souk_add_endpoint(out, nullptr, o, SOUK_PARTICIPANT, read(topic).get());
}
inline souk_status send(souk_actions* out, const char* body) {
  return souk_send(out, read(body).get());
}

}  // namespace souk::testing
