// Lines that must not compile, each under a name of its own: tests/api/CMakeLists.txt compiles this
// file once for each and looks for the sentence.
#include <souk/souk.hpp>

#include <memory>
#include <string>

using namespace souk;
using namespace souk::literals;

struct says {
  symbol who;
  std::string what;
};
SOUK_RECORD(says, who, what);

struct unknown {};

struct forgetful {
  int first;
  int second;
};
SOUK_RECORD(forgetful, first);

actions nothing() {
  return {subscriber(topic<says>("anna"_sym, _)).on_message([](const says&) {}), quit()};
}

void refused() {
#if defined(REFUSED_meta_yield)
  (void)at_meta_level(yield([] {}));
#elif defined(REFUSED_meta_meta)
  (void)at_meta_level(at_meta_level(quit()));
#elif defined(REFUSED_not_an_action)
  (void)spawn(quit(), 42);
#elif defined(REFUSED_state_as_action)
  (void)subscriber(_).on_message([](const term&) { return std::string{"new state"}; });
#elif defined(REFUSED_mutable_handler)
  (void)subscriber(_).on_message([n = 0](const term&) mutable { ++n; });
#elif defined(REFUSED_auto_handler)
  (void)subscriber(_).on_message([](const auto&) {});
#elif defined(REFUSED_pattern_without_handler)
  (void)subscriber(_).on_message([](const term&) {}, "pattern"_sym);
#elif defined(REFUSED_unknown_message)
  (void)subscriber(_).on_message([](const unknown&) {});
#elif defined(REFUSED_wrong_field)
  (void)publisher(topic<says>("anna", _));
#elif defined(REFUSED_forgotten_member)
  (void)send_message(forgetful{1, 2});
#elif defined(REFUSED_null_text)
  (void)list(nullptr);
#elif defined(REFUSED_character)
  (void)list('x');
#elif defined(REFUSED_pointer)
  int number = 1;
  (void)list(&number);
#elif defined(REFUSED_quit_pid)
  (void)quit(pid{root_vm, 1});
#elif defined(REFUSED_parts_of_temporary)
  for (const term& part : make_vector(1, 2).parts()) (void)part;
#elif defined(REFUSED_text_of_temporary)
  (void)term("text").as_string();
#elif defined(REFUSED_uncopyable_state)
  (void)spawn(transition(std::make_unique<int>(1)));
#endif
}
