// What a listener is told of a VM and of those nested in it.
#include "tests/vm/journal.hpp"

#include <stdexcept>
#include <string>

namespace souk {
namespace {

using namespace literals;
using namespace testing;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class recorder : public vm_listener {
 public:
  notebook lines;

  void on_start(pid p, const term& name) override { add(p, "starts " + to_string(name)); }
  void on_end(pid p, const term&, ending e, const reason& why) override {
    add(p, e == ending::collected ? "collected" : "quits " + why.text());
  }
  void on_endpoint_added(pid p, const role& r) override { add(p, "adds " + describe(r)); }
  void on_endpoint_deleted(pid p, const role& r) override { add(p, "deletes " + describe(r)); }
  void on_remark(pid p, std::string_view text) override { add(p, "remark: " + std::string{text}); }

 private:
  void add(pid p, const std::string& what) {
    lines.push_back((p.vm == root_vm ? "" : "inside ") + std::to_string(p.number) + " " + what);
  }
};

template <class... Parts>
notebook heard(Parts&&... parts) {
  recorder r;
  vm v{vm_options{.listener = &r}, std::forward<Parts>(parts)...};
  v.run_until_inert();
  return r.lines;
}

TEST(Listener, HearsTheLifeOfAProcess) {
  EXPECT_THAT(heard(name_process("child"_sym,
                                 spawn(publisher("t"_sym).named(1), delete_endpoint(1, "why"_sym),
                                       subscriber("u"_sym), quit("done"_sym)))),
              ElementsAre("0 starts #f", "1 starts child", "0 collected", "1 adds publisher t",
                          "1 deletes publisher t", "1 adds subscriber u", "1 deletes subscriber u",
                          "1 quits done"));
}

TEST(Listener, HearsNothingOfAnUpdateOrOfAnUnknownId_UPD1_ABS4) {
  EXPECT_THAT(heard(publisher("t"_sym).named(1), publisher("t"_sym).named(1), delete_endpoint(2)),
              ElementsAre("0 starts #f", "0 adds publisher t"));
}

TEST(Listener, HearsOfNestedVms) {
  EXPECT_THAT(
      heard(name_process("vm"_sym, spawn_vm(publisher("t"_sym), at_meta_level(subscriber("u"_sym)),
                                            spawn(quit("inner"_sym))))),
      ElementsAre("0 starts #f", "1 starts vm", "inside 0 starts #f", "0 collected",
                  "inside 0 adds publisher t", "inside 1 starts #f", "inside 1 quits inner",
                  "1 adds subscriber u"));
}

TEST(Listener, IsRemindedOfFalse_TOP6) {
  const auto lines = heard(subscriber(false), send_message(false));
  EXPECT_THAT(lines, Contains(HasSubstr("0 remark: the topic #f")));
  EXPECT_THAT(lines, Contains(HasSubstr("0 remark: the message #f")));
}

TEST(Listener, IsToldOfACrashWhenItHappensAndOfTheQuitLater_CRA1) {
  EXPECT_THAT(
      heard(yield([]() -> actions { throw std::runtime_error{"boom"}; }), subscriber("t"_sym)),
      ElementsAre("0 starts #f", "0 remark: crashed: boom", "0 adds subscriber t",
                  "0 deletes subscriber t", "0 quits boom"));
}

TEST(Listener, HearsNoDeletionOfAnEndpointThatWasNotAdded_ABS1) {
  recorder r;
  vm v{
      vm_options{.listener = &r}, spawn(publisher("t"_sym)).then([](pid p) {
        return actions{yield([p] { return actions{quit(p, "killed"_sym), quit(p, "again"_sym)}; })};
      })};
  v.run_until_inert();
  EXPECT_THAT(r.lines, ElementsAre("0 starts #f", "1 starts #f", "1 adds publisher t",
                                   "1 deletes publisher t", "1 quits killed", "0 collected"));
}

}  // namespace
}  // namespace souk
