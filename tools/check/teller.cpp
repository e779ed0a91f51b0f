#include "tools/check/teller.hpp"

#include <utility>

namespace souk::tool {

using namespace souk::literals;

void teller::on_start(pid who, const term& name) { tell(who, list("start"_sym, name)); }

void teller::on_end(pid who, const term& /*name*/, ending how, const reason& why) {
  if (how == ending::collected) return tell_collected(who);
  tell(who, list("end"_sym, why.value));
}

void teller::on_event(pid who, const term& endpoint_id, const event& what) {
  const auto named = [](auto value) { return term{symbol{to_string(value)}}; };
  const term role = list(named(what.role().orientation), named(what.role().interest), what.topic());
  switch (what.which()) {
    case event_kind::presence: tell(who, list("presence"_sym, endpoint_id, role)); break;
    case event_kind::absence:
      tell(who, list("absence"_sym, endpoint_id, role, what.why().value));
      break;
    case event_kind::message: tell(who, list("message"_sym, endpoint_id, role)); break;
  }
}

}  // namespace souk::tool
