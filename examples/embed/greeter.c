// souk from C: somebody who says what she hears, and a guest who comes, speaks and goes.
//
//     greeter [functional | parallel]
#include <souk/souk.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The field of a record as a text; "?" if it is a wildcard.
static void print_field(const souk_term* record, size_t index) {
  const char* text = "?";
  size_t size = 1;
  const souk_term* field = souk_term_part(record, index);
  if (field != NULL && souk_term_kind(field) != SOUK_KIND_WILDCARD)
    (void)souk_term_text(field, &text, &size);
  printf("%.*s", (int)size, text);
}

// --- who hears -----------------------------------------------------------------------------------

static souk_status hear(void* state, const souk_event* event, souk_actions* out) {
  int* heard = state;
  souk_status status = SOUK_OK;
  switch (souk_event_which(event)) {
    case SOUK_EVENT_START: {
      souk_term* all = souk_read("#s(say ? ?)", SOUK_TO_NUL);
      status = souk_add_endpoint(out, NULL, SOUK_SUBSCRIBER, SOUK_PARTICIPANT, all);
      souk_term_free(all);
      break;
    }
    case SOUK_EVENT_PRESENCE:
      print_field(souk_event_topic(event), 0);
      puts(" is here");
      break;
    case SOUK_EVENT_MESSAGE:
      ++*heard;
      print_field(souk_event_topic(event), 0);
      printf(" says ");
      print_field(souk_event_topic(event), 1);
      putchar('\n');
      break;
    case SOUK_EVENT_ABSENCE: {
      char why[64];
      (void)souk_term_write(souk_event_reason(event), why, sizeof why);
      print_field(souk_event_topic(event), 0);
      printf(" is gone: %s\n", why);
      break;
    }
  }
  return status;
}

// --- the guest -----------------------------------------------------------------------------------

typedef struct guest {
  const char* name;
  const char* words;
} guest;

// #s(say NAME WORDS); without words: the topic of all that she may say.
static souk_term* saying(const guest* who, const char* words) {
  souk_term* fields[2] = {souk_symbol(who->name),
                          words == NULL ? souk_any() : souk_string(words, SOUK_TO_NUL)};
  souk_term* whole = souk_record("say", (const souk_term* const*)fields, 2);
  souk_term_free(fields[0]);
  souk_term_free(fields[1]);
  return whole;
}

static souk_status visit(void* state, const souk_event* event, souk_actions* out) {
  const guest* me = state;
  if (souk_event_which(event) != SOUK_EVENT_START) return SOUK_OK;
  souk_term* topic = saying(me, NULL);
  souk_term* words = saying(me, me->words);
  souk_term* reason = souk_symbol("bye");
  // A term that could not be made is refused by the action; one that failed is returned: a crash.
  souk_status status = souk_add_endpoint(out, NULL, SOUK_PUBLISHER, SOUK_PARTICIPANT, topic);
  if (status == SOUK_OK) status = souk_send(out, words);
  if (status == SOUK_OK) status = souk_quit(out, reason);
  souk_term_free(topic);
  souk_term_free(words);
  souk_term_free(reason);
  return status;
}

// --- the market ----------------------------------------------------------------------------------

static souk_status open_market(void* state, const souk_event* event, souk_actions* out) {
  (void)event;
  guest* anna = malloc(sizeof *anna);
  if (anna == NULL) return souk_fail("no memory for a guest");
  *anna = (guest){.name = "anna", .words = "hello"};
  const souk_status status = souk_spawn(out, NULL, hear, state, NULL);  // the state stays main's
  return status == SOUK_OK ? souk_spawn(out, NULL, visit, anna, free) : (free(anna), status);
}

static void report_crash(void* context, const souk_term* pid, const souk_term* name,
                         const char* why) {
  (void)context, (void)pid, (void)name;
  fprintf(stderr, "a process crashed: %s\n", why);
}

int main(int argc, char** argv) {
  const bool is_parallel = argc > 1 && strcmp(argv[1], "parallel") == 0;
  const souk_vm_options options = {.size = sizeof options,
                                   .kind = is_parallel ? SOUK_PARALLEL : SOUK_FUNCTIONAL,
                                   .workers = 2,
                                   .on_crash = report_crash};
  int heard = 0;
  souk_vm* vm = souk_vm_new(&options, open_market, &heard, NULL);
  if (souk_vm_run(vm) != SOUK_OK) fprintf(stderr, "greeter: %s\n", souk_error_message());
  souk_vm_free(vm);
  return heard == 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}
