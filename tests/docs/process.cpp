// Tutorial, step 1: a process with one endpoint.
#include <iostream>
#include <souk/souk.hpp>

using namespace souk;
using namespace souk::literals;

int main() {
  vm market{vm_options{}, subscriber(list(_, "says"_sym, _)).on_message([](const term& body) {
              std::cout << "heard " << to_string(body) << '\n';
            })};
  market.run_until_inert();

  market.inject(send_message(list("anna"_sym, "says"_sym, "hello")));
  market.inject(send_message(list("anna"_sym, "sells"_sym, "figs")));
  market.run_until_inert();
}
