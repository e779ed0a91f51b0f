#include <souk/version.hpp>
#include <souk/vm.hpp>

#include "vm/c_api/process.hpp"
#include "vm/c_api/term_handle.hpp"

#include <memory>
#include <string>
#include <utility>

using namespace souk;
using namespace souk::c_api;

static_assert(SOUK_FUNCTIONAL == static_cast<int>(vm_kind::functional));
static_assert(SOUK_PARALLEL == static_cast<int>(vm_kind::parallel));

namespace {

class crash_listener final : public vm_listener {
 public:
  explicit crash_listener(const souk_vm_options& of) noexcept
      : on_crash_{of.on_crash}, context_{of.context} {}

  [[nodiscard]] bool is_wanted() const noexcept { return on_crash_ != nullptr; }
  void on_end(souk::pid who, const term& name, ending /*how*/, const reason& why) override {
    if (why.is_crash()) on_crash_(context_, as_c(term{who}), as_c(name), why.text().c_str());
  }

 private:
  decltype(souk_vm_options::on_crash) on_crash_;
  void* context_;
};

souk_vm_options options_from(const souk_vm_options* given) {
  if (given == nullptr) return {};
  require(given->size == sizeof(souk_vm_options),
          "souk_vm_options::size is not what sizeof(souk_vm_options) is in this library");
  require(given->kind == SOUK_FUNCTIONAL || given->kind == SOUK_PARALLEL,
          "there is no such kind of VM");
  return *given;
}

vm_options as_vm_options(const souk_vm_options& chosen, vm_listener* listener) {
  vm_options made;
  made.kind = static_cast<vm_kind>(chosen.kind);
  made.workers = chosen.workers;
  if (chosen.own_threads) made.executor = executor_kind::threads;
  made.listener = listener;
  return made;
}

}  // namespace

struct souk_vm {
  souk_vm(const souk_vm_options& chosen, boot_function first)
      : listener{chosen},
        inside{as_vm_options(chosen, listener.is_wanted() ? &listener : nullptr), std::move(first)},
        keeper{inside.get_custodian()} {}

  crash_listener listener;
  vm inside;
  custodian keeper;  // for souk_vm_shut_down(): any thread
};

namespace {

vm& inside_of(souk_vm* outer) {
  require(outer != nullptr, "the VM is null");
  return outer->inside;
}

}  // namespace

int souk_c_api() { return SOUK_C_API; }
const char* souk_version() { return version().data(); }  // a literal, so a NUL follows

souk_vm* souk_vm_new(const souk_vm_options* options, souk_handler handler, void* state,
                     souk_destroy destroy) {
  return attempt_or(static_cast<souk_vm*>(nullptr), [=] {
    boot_function first = make_boot(handler, state, destroy);
    return new souk_vm{options_from(options), std::move(first)};
  });
}
souk_status souk_vm_run(souk_vm* outer) {
  return attempt([=] { inside_of(outer).run_until_inert(); });
}
souk_status souk_vm_run_round(souk_vm* outer, bool* more) {
  return attempt([=] {
    const bool is_left = inside_of(outer).run_round();
    if (more != nullptr) *more = is_left;
  });
}
souk_status souk_vm_send(souk_vm* outer, const souk_term* body) {
  return attempt([=] { inside_of(outer).inject(send_message(as_term(body))); });
}
souk_status souk_vm_shut_down(souk_vm* outer, const souk_term* reason) {
  return attempt([=] {
    require(outer != nullptr, "the VM is null");
    outer->keeper.shut_down(as_term_or_false(reason));
  });
}
bool souk_vm_is_shut_down(const souk_vm* outer) {
  return outer != nullptr && outer->inside.is_shut_down();
}
void souk_vm_free(souk_vm* outer) { delete outer; }
