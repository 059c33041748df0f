/* The C interface, used as a POS vendor would: from C, with nothing but the public header. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tillcue/tillcue.h"

static int failures = 0;

#define CHECK(condition)                                                      \
  do {                                                                        \
    if (!(condition)) {                                                       \
      fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
      ++failures;                                                             \
    }                                                                         \
  } while (0)

static unsigned char* read_file(char const* path, size_t* size) {
  FILE* file = fopen(path, "rb");
  unsigned char* bytes = NULL;
  long end = 0;
  if (file == NULL) return NULL;
  if (fseek(file, 0, SEEK_END) == 0 && (end = ftell(file)) > 0 && fseek(file, 0, SEEK_SET) == 0) {
    bytes = malloc((size_t)end);
    if (bytes != NULL) *size = fread(bytes, 1, (size_t)end, file);
  }
  fclose(file);
  return bytes;
}

static void bad_input_is_refused_with_a_reason(unsigned char const* bytes, size_t size) {
  tillcue_engine* engine = (tillcue_engine*)1;
  tillcue_error error;
  CHECK(tillcue_engine_open(NULL, 10, &engine, &error) == TILLCUE_INVALID);
  CHECK(tillcue_engine_open(bytes, size, NULL, &error) == TILLCUE_INVALID);
  CHECK(tillcue_engine_open(bytes, size - 1, &engine, &error) == TILLCUE_CORRUPT);
  CHECK(engine == NULL);
  CHECK(error.code == TILLCUE_CORRUPT);
  CHECK(strstr(error.text, "truncated") != NULL);
  CHECK(tillcue_engine_open("not a bundle at all, but long enough for one", 44, &engine, NULL) == TILLCUE_CORRUPT);
}

static void null_handles_do_no_harm(void) {
  tillcue_decision decision;
  tillcue_suggestion suggestion;
  tillcue_item item;
  tillcue_sale* sale = NULL;
  CHECK(tillcue_item_count(NULL) == 0);
  CHECK(tillcue_currency(NULL, NULL).size == 0);
  CHECK(tillcue_find(NULL, "1") == TILLCUE_NO_ITEM);
  CHECK(tillcue_get_item(NULL, 0, &item) == TILLCUE_INVALID);
  CHECK(tillcue_sale_begin(NULL, "s", 0, &sale, NULL) == TILLCUE_INVALID);
  CHECK(tillcue_sale_put(NULL, 1, "1", 1000, 0, NULL) == TILLCUE_INVALID);
  CHECK(tillcue_sale_remove(NULL, 1) == TILLCUE_INVALID);
  CHECK(tillcue_sale_decide(NULL, TILLCUE_SCAN, 0, &decision) == TILLCUE_INVALID);
  CHECK(tillcue_sale_show(NULL) == TILLCUE_INVALID);
  CHECK(tillcue_sale_answer(NULL, 1, TILLCUE_DECLINED) == TILLCUE_INVALID);
  CHECK(tillcue_sale_rank(NULL, &suggestion, 1) == 0);
  CHECK(tillcue_sale_text(NULL, 0, TILLCUE_SCRIPT, "en", NULL, 0) == 0);
  CHECK(tillcue_engine_place(NULL, "1", NULL, NULL, NULL) == TILLCUE_INVALID);
  CHECK(tillcue_engine_circumstances(NULL, 0, 0, 0) == TILLCUE_INVALID);
  CHECK(tillcue_live_stop(NULL, NULL, 1) == TILLCUE_INVALID);
  CHECK(tillcue_live_grant(NULL, "c", 0, 0) == TILLCUE_INVALID);
  CHECK(tillcue_live_stock(NULL, "1", 1) == TILLCUE_INVALID);
  CHECK(tillcue_sale_customer(NULL, "c", 0, NULL, 0, NULL) == TILLCUE_INVALID);
  CHECK(tillcue_sale_usual(NULL, "1", 0) == TILLCUE_INVALID);
  CHECK(tillcue_sale_is_held_out(NULL) == 0);
  tillcue_engine_close(NULL);
  tillcue_sale_end(NULL);
}

static void items_are_found(tillcue_engine* engine) {
  tillcue_item item;
  int digits = 0;
  CHECK(tillcue_item_count(engine) == 40);
  CHECK(strncmp(tillcue_currency(engine, &digits).data, "EUR", 3) == 0);
  CHECK(digits == 2);
  CHECK(tillcue_find(engine, "G107") == 7);
  CHECK(tillcue_find(engine, "4006381333915") == 5);
  CHECK(tillcue_find(engine, "nothing") == TILLCUE_NO_ITEM);
  CHECK(tillcue_get_item(engine, 7, &item) == TILLCUE_OK);
  CHECK(item.name.size == 9 && memcmp(item.name.data, "Article 7", 9) == 0);
  CHECK(item.price > 0);
  CHECK(tillcue_get_item(engine, 3, &item) == TILLCUE_OK);
  CHECK(item.price == TILLCUE_NO_PRICE);
  CHECK(tillcue_get_item(engine, 40, &item) == TILLCUE_NOT_FOUND);
}

static void sale_ids_and_lines_are_checked(tillcue_engine* engine) {
  tillcue_sale* sale = NULL;
  tillcue_error error;
  char longest[66];
  uint32_t n;
  memset(longest, 'x', 65);
  longest[65] = 0;
  CHECK(tillcue_sale_begin(engine, "", 0, &sale, &error) == TILLCUE_INVALID);
  CHECK(tillcue_sale_begin(engine, longest, 0, &sale, &error) == TILLCUE_INVALID);
  CHECK(tillcue_sale_begin(engine, longest + 1, 0, &sale, &error) == TILLCUE_OK);
  CHECK(tillcue_sale_put(sale, 1, "", 1000, 100, &error) == TILLCUE_INVALID);
  CHECK(tillcue_sale_put(sale, 1, longest, 1000, 100, &error) == TILLCUE_INVALID);
  CHECK(tillcue_sale_remove(sale, 1) == TILLCUE_NOT_FOUND);
  for (n = 0; n < 1000; ++n) CHECK(tillcue_sale_put(sale, n, "unknown", 1000, TILLCUE_NO_PRICE, NULL) == TILLCUE_OK);
  CHECK(tillcue_sale_put(sale, 1000, "unknown", 1000, 1, &error) == TILLCUE_REJECTED);
  CHECK(strstr(error.text, "1000 lines") != NULL);
  tillcue_sale_end(sale);
}

static tillcue_sale* treated_sale(tillcue_engine* engine) {
  char id[16];
  int n;
  for (n = 0; n < 1000; ++n) {
    tillcue_sale* sale = NULL;
    snprintf(id, sizeof id, "sale-%d", n);
    if (tillcue_sale_begin(engine, id, 0, &sale, NULL) != TILLCUE_OK) return NULL;
    if (!tillcue_sale_is_held_out(sale)) return sale;
    tillcue_sale_end(sale);
  }
  return NULL;
}

static void a_sale_gets_a_hint_and_a_coupon(tillcue_engine* engine) {
  const int64_t now = INT64_C(1795000000000);
  tillcue_sale* sale = treated_sale(engine);
  tillcue_decision decision, again;
  tillcue_suggestion ranked[300];
  char text[200], cut[8];
  size_t size, n, count;
  CHECK(sale != NULL);
  if (sale == NULL) return;
  CHECK(tillcue_sale_decide(sale, TILLCUE_SCAN, now, &decision) == TILLCUE_OK);
  CHECK(decision.silence == TILLCUE_TOO_FEW_ITEMS);
  CHECK(tillcue_sale_show(sale) == TILLCUE_NOT_FOUND);
  CHECK(tillcue_sale_put(sale, 1, "G120", 1000, 1999, NULL) == TILLCUE_OK);
  CHECK(tillcue_sale_put(sale, 2, "G101", 2000, 1500, NULL) == TILLCUE_OK);

  count = tillcue_sale_rank(sale, ranked, 300);
  CHECK(count == 38);
  for (n = 0; n < count; ++n) CHECK(ranked[n].item != 20 && ranked[n].item != 1);

  CHECK(tillcue_sale_decide(sale, TILLCUE_SCAN, now, &decision) == TILLCUE_OK);
  CHECK(decision.offer_count > 0);
  CHECK(decision.offers[0].kind == TILLCUE_SUGGESTION);
  CHECK(decision.offers[0].number == 1);
  CHECK(decision.offers[0].probability_ppm > 0);
  CHECK(decision.offers[0].campaign.size == 0);
  size = tillcue_sale_text(sale, 0, TILLCUE_SCRIPT, "en", text, sizeof text);
  CHECK(size > 0 && size == strlen(text));
  CHECK(strstr(text, "Article") != NULL);
  size = tillcue_sale_text(sale, 0, TILLCUE_REASON, "ru", cut, sizeof cut);
  CHECK(size > sizeof cut && strlen(cut) == 6); /* three Cyrillic letters of two bytes, never half of the fourth */
  CHECK(tillcue_sale_text(sale, 0, TILLCUE_SCRIPT, "en", NULL, 0) > 0);
  CHECK(tillcue_sale_text(sale, 3, TILLCUE_SCRIPT, "en", text, sizeof text) == 0 && text[0] == 0);
  CHECK(tillcue_sale_show(sale) == TILLCUE_OK);
  CHECK(tillcue_sale_show(sale) == TILLCUE_REJECTED);
  CHECK(tillcue_sale_answer(sale, 1, TILLCUE_DECLINED) == TILLCUE_OK);
  CHECK(tillcue_sale_answer(sale, 9, TILLCUE_DECLINED) == TILLCUE_NOT_FOUND);
  CHECK(tillcue_sale_decide(sale, TILLCUE_SCAN, now, &again) == TILLCUE_OK);
  CHECK(again.offer_count > 0 && again.offers[0].reason == TILLCUE_CHEAPER); /* instead of what was declined */
  CHECK(tillcue_sale_show(sale) == TILLCUE_OK);
  CHECK(tillcue_sale_answer(sale, again.offers[0].number, TILLCUE_DECLINED) == TILLCUE_OK);
  CHECK(tillcue_sale_decide(sale, TILLCUE_SCAN, now, &again) == TILLCUE_OK);
  CHECK(again.silence == TILLCUE_CAP_REACHED);

  CHECK(tillcue_sale_decide(sale, TILLCUE_TENDER, now, &decision) == TILLCUE_OK);
  CHECK(decision.offer_count == 1);
  CHECK(decision.offers[0].kind == TILLCUE_COUPON);
  CHECK(decision.offers[0].campaign.size > 0);
  CHECK(decision.offers[0].valid_days == 14);
  CHECK(tillcue_sale_text(sale, 0, TILLCUE_HEADLINE, "en", text, sizeof text) > 0);
  CHECK(tillcue_sale_decide(sale, (tillcue_stage)3, now, &decision) == TILLCUE_INVALID);
  tillcue_sale_end(sale);
}

static void head_office_and_the_shop_have_their_say(tillcue_engine* engine) {
  const int64_t now = INT64_C(1795000000000);
  tillcue_sale* sale = treated_sale(engine);
  tillcue_decision decision;
  tillcue_item item;
  uint32_t first;
  char code[65];
  CHECK(sale != NULL);
  if (sale == NULL) return;
  CHECK(tillcue_sale_put(sale, 1, "G120", 1000, 1999, NULL) == TILLCUE_OK);
  CHECK(tillcue_sale_put(sale, 2, "G101", 2000, 1500, NULL) == TILLCUE_OK);
  CHECK(tillcue_sale_decide(sale, TILLCUE_SCAN, now, &decision) == TILLCUE_OK && decision.offer_count > 0);
  CHECK(decision.offers[0].type == TILLCUE_TYPE_SUGGESTION && decision.offers[0].more[0] == TILLCUE_NO_ITEM);
  CHECK(decision.propensity_ppm > 0 && !decision.explored);
  first = decision.offers[0].item;
  CHECK(tillcue_get_item(engine, first, &item) == TILLCUE_OK && item.sku.size < sizeof code);
  memcpy(code, item.sku.data, item.sku.size);
  code[item.sku.size] = 0;

  CHECK(tillcue_live_stock(engine, code, 0) == TILLCUE_OK);
  CHECK(tillcue_sale_decide(sale, TILLCUE_SCAN, now, &decision) == TILLCUE_OK);
  CHECK(decision.offer_count == 0 || decision.offers[0].item != first);
  CHECK(tillcue_live_stock(engine, code, 1) == TILLCUE_OK);
  CHECK(tillcue_sale_decide(sale, TILLCUE_SCAN, now, &decision) == TILLCUE_OK);
  CHECK(decision.offer_count > 0 && decision.offers[0].item == first);

  CHECK(tillcue_engine_circumstances(engine, 60, 7, 1 << 1) == TILLCUE_OK);
  CHECK(tillcue_sale_decide(sale, TILLCUE_SCAN, now, &decision) == TILLCUE_OK);
  CHECK(decision.silence == TILLCUE_NO_CHANNEL);
  CHECK(tillcue_engine_circumstances(engine, 0, 0, 0xFF) == TILLCUE_OK);

  CHECK(tillcue_sale_decide(sale, TILLCUE_TENDER, now, &decision) == TILLCUE_OK && decision.offer_count == 1);
  CHECK(decision.offers[0].type == TILLCUE_TYPE_COUPON);
  CHECK(tillcue_live_stop(engine, NULL, 1) == TILLCUE_OK);
  CHECK(tillcue_sale_decide(sale, TILLCUE_TENDER, now, &decision) == TILLCUE_OK && decision.offer_count == 0);
  CHECK(tillcue_live_stop(engine, NULL, 0) == TILLCUE_OK);
  CHECK(tillcue_sale_customer(sale, "L-1", 5, "families", 1, NULL) == TILLCUE_OK);
  CHECK(tillcue_sale_decide(sale, TILLCUE_TENDER, now, &decision) == TILLCUE_OK);
  CHECK(decision.silence == TILLCUE_NO_CHANNEL);
  CHECK(tillcue_sale_customer(sale, NULL, 0, NULL, 0, NULL) == TILLCUE_OK);

  CHECK(tillcue_sale_decide(sale, TILLCUE_TENDER, now, &decision) == TILLCUE_OK && decision.offer_count == 1);
  memcpy(code, decision.offers[0].campaign.data, decision.offers[0].campaign.size);
  code[decision.offers[0].campaign.size] = 0;
  CHECK(tillcue_live_grant(engine, code, INT64_MAX, 1) == TILLCUE_OK);
  CHECK(tillcue_sale_decide(sale, TILLCUE_TENDER, now, &decision) == TILLCUE_OK && decision.offer_count == 1);
  CHECK(tillcue_sale_show(sale) == TILLCUE_OK);
  tillcue_sale_end(sale);
  sale = treated_sale(engine); /* the next customer: the one offer of the budget is gone */
  CHECK(sale != NULL && tillcue_sale_put(sale, 1, "G120", 1000, 1999, NULL) == TILLCUE_OK);
  CHECK(tillcue_sale_put(sale, 2, "G101", 2000, 1500, NULL) == TILLCUE_OK);
  CHECK(tillcue_sale_decide(sale, TILLCUE_TENDER, now, &decision) == TILLCUE_OK);
  CHECK(decision.offer_count == 0 || decision.offers[0].campaign.size != strlen(code) ||
        memcmp(decision.offers[0].campaign.data, code, strlen(code)) != 0);
  tillcue_sale_end(sale);
}

static void facts_out_of_range_are_refused(tillcue_engine* engine) {
  char longest[66];
  tillcue_sale* sale = NULL;
  int n;
  memset(longest, 'x', 65);
  longest[65] = 0;
  CHECK(tillcue_engine_place(engine, longest, NULL, NULL, NULL) == TILLCUE_INVALID);
  CHECK(tillcue_engine_place(engine, "1", "north", "1-1", NULL) == TILLCUE_OK);
  CHECK(tillcue_engine_circumstances(engine, 1441, 0, 0) == TILLCUE_INVALID);
  CHECK(tillcue_live_stop(engine, "", 1) == TILLCUE_INVALID);
  CHECK(tillcue_live_grant(engine, "c", -1, 0) == TILLCUE_INVALID);
  CHECK(tillcue_live_stock(engine, NULL, 0) == TILLCUE_INVALID);
  CHECK(tillcue_sale_begin(engine, "facts", 0, &sale, NULL) == TILLCUE_OK);
  CHECK(tillcue_sale_customer(sale, longest, 0, NULL, 0, NULL) == TILLCUE_INVALID);
  CHECK(tillcue_sale_usual(sale, "G101", 1000001) == TILLCUE_INVALID);
  for (n = 0; n < 32; ++n) CHECK(tillcue_sale_usual(sale, "G101", 500000) == TILLCUE_OK);
  CHECK(tillcue_sale_usual(sale, "G101", 500000) == TILLCUE_REJECTED);
  tillcue_sale_end(sale);
}

static void a_sale_may_outlive_its_engine(unsigned char const* bytes, size_t size) {
  tillcue_engine* engine = NULL;
  tillcue_sale* sale = NULL;
  tillcue_decision decision;
  CHECK(tillcue_engine_open(bytes, size, &engine, NULL) == TILLCUE_OK);
  CHECK(tillcue_sale_begin(engine, "s", 0, &sale, NULL) == TILLCUE_OK);
  tillcue_engine_close(engine);
  CHECK(tillcue_sale_put(sale, 1, "G120", 1000, 1999, NULL) == TILLCUE_OK);
  CHECK(tillcue_sale_decide(sale, TILLCUE_SCAN, 0, &decision) == TILLCUE_OK);
  tillcue_sale_end(sale);
}

int main(int argc, char** argv) {
  size_t size = 0;
  unsigned char* bytes = argc == 2 ? read_file(argv[1], &size) : NULL;
  tillcue_engine* engine = NULL;
  tillcue_error error;
  if (bytes == NULL) {
    fprintf(stderr, "usage: c_abi_test tests/golden/bundle-v1.tcb\n");
    return 2;
  }
  bad_input_is_refused_with_a_reason(bytes, size);
  null_handles_do_no_harm();
  CHECK(tillcue_engine_open(bytes, size, &engine, &error) == TILLCUE_OK);
  if (engine != NULL) {
    items_are_found(engine);
    sale_ids_and_lines_are_checked(engine);
    a_sale_gets_a_hint_and_a_coupon(engine);
    head_office_and_the_shop_have_their_say(engine);
    facts_out_of_range_are_refused(engine);
    tillcue_engine_close(engine);
  }
  a_sale_may_outlive_its_engine(bytes, size);
  free(bytes);
  printf("tillcue %s: %d failed\n", tillcue_version(), failures);
  return failures == 0 ? 0 : 1;
}
