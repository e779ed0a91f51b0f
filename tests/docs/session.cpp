// Tutorial, step 5: the chat room, with clients that are processes of the outer VM.
#include <iostream>
#include <souk/souk.hpp>

using namespace souk;
using namespace souk::literals;

// Between a client and its session, in the outer VM.
struct types {
  symbol client;
  std::string line;
};
SOUK_RECORD(types, client, line);
struct reads {
  symbol client;
  std::string line;
};
SOUK_RECORD(reads, client, line);

// Between the sessions, in the room.
struct says {
  symbol who;
  std::string what;
};
SOUK_RECORD(says, who, what);

actions session(symbol user) {
  const auto show = [=](const std::string& line) {
    return at_meta_level(send_message(reads{user, line}));
  };
  const auto announce = [=](symbol who, const char* what) {
    return who == user ? actions{} : actions{show(who.name() + " " + what)};
  };
  return {
      publisher(topic<says>(user, _)),
      at_meta_level(subscriber(topic<types>(user, _))
                        .on_absence([] { return quit(); })
                        .on_message([](const types& t) {
                          return send_message(says{t.client, t.line});
                        })),
      at_meta_level(publisher(topic<reads>(user, _))),
      subscriber(topic<says>(_, _))
          .on_presence([=](const topic<says>& t) { return announce(*t.who, "arrived"); })
          .on_absence([=](const topic<says>& t) { return announce(*t.who, "departed"); })
          .on_message([=](const says& s) { return show(s.who.name() + ": " + s.what); }),
  };
}

spawn_action room() {
  return spawn_vm(
      at_meta_level(observe_publishers(topic<types>(_, _)).on_presence([](const topic<types>& t) {
        return spawn(session(*t.client));
      })));
}

spawn_action client(const std::string& name, const std::string& line, const std::string& last) {
  const symbol me{name};
  return spawn(publisher(topic<types>(me, _)),
               subscriber(topic<reads>(me, _))
                   .on_presence([=] {
                     return send_message(types{me, line});
                   })
                   .on_message([=](const reads& r) {
                     std::cout << "[" << name << "] " << r.line << '\n';
                     return r.line == last ? actions{quit()} : actions{};
                   }));
}

int main() {
  vm market{vm_options{}, room(), client("anna", "hello", "bert: hi"), client("bert", "hi", "")};
  market.run_until_inert();
}
