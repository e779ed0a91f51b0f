// Tutorial, step 2: two processes that find each other by presence.
#include <iostream>
#include <souk/souk.hpp>

using namespace souk;
using namespace souk::literals;

actions print(const std::string& line) {
  std::cout << line << '\n';
  return {};
}

spawn_action listener() {
  return spawn(
      subscriber(list(_, "says"_sym, _))
          .on_presence([](const term& topic) { return print("present: " + to_string(topic)); })
          .on_absence([](const term& topic, const reason& why) {
            return print("absent:  " + to_string(topic) + " because " + why.text());
          })
          .on_message([](const term& body) { return print("heard:   " + to_string(body)); }));
}

spawn_action speaker(const std::string& name) {
  const symbol me{name};
  return spawn(publisher(list(me, "says"_sym, _)).on_presence([=] {
    return actions{send_message(list(me, "says"_sym, "hello")), quit("nothing to add")};
  }));
}

int main() {
  vm market{vm_options{}, listener(), speaker("anna"), speaker("bert")};
  market.run_until_inert();
}
