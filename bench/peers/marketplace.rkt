#lang racket/base
;; Workloads of `souk bench` on the original, Racket's marketplace (its branch without types).
;; Messages are lists there and records here. Prints units per second of processor time.
;;
;;   raco pkg install --link PATH/marketplace
;;   racket marketplace.rkt pingpong 60000      also: ring, fan-out, spawn-quit, presence-churn
(require racket/match
         marketplace/sugar
         marketplace/actions
         (only-in marketplace/vm make-vm)
         (only-in marketplace/quasiqueue quasiqueue->list)
         (only-in marketplace/process action-tree->quasiqueue)
         (prefix-in core: marketplace/structs))

;; Runs a VM in rounds until nothing is left to do, without the ground VM.
(define (run boot)
  (let loop ([state (make-vm (core:process-spec (lambda (pid) (lambda (k) (k (boot))))))])
    (match (run-vm state)
      [(core:transition next actions)
       (unless (null? (quasiqueue->list (action-tree->quasiqueue actions))) (loop next))])))

;; After the others have their endpoints: boot, their first turn, then this.
(define-syntax-rule (afterwards action) (yield s (transition s (yield s (transition s action)))))

(define (player heard said)
  (spawn (transition 0
           (subscriber (list heard ?)
             (match-state seen
               (on-message
                [(list _ left)
                 (transition (+ seen 1)
                   (if (> left 0) (list (send-message (list said (- left 1)))) '()))]))))))

(define (station here there)
  (spawn (transition 0
           (subscriber (list 'hop here ?)
             (match-state seen
               (on-message
                [(list _ _ left)
                 (transition (+ seen 1)
                   (if (> left 0) (list (send-message (list 'hop there (- left 1)))) '()))]))))))

(define (reader)
  (spawn (transition 0
           (subscriber (list 'news ?)
             (match-state seen (on-message [_ (transition (+ seen 1))]))))))

(define (publish left)
  (if (= left 0)
      (transition left)
      (transition left (send-message (list 'news left)) (yield l (publish (- l 1))))))

(define (raise-mayflies left)
  (if (= left 0)
      (transition left)
      (transition left
        (for/list ([_ 100]) (spawn (transition/no-state (quit))))
        (yield l (raise-mayflies (- l 100))))))

(define (observer)
  (spawn (transition 0
           (observe-publishers (list 'offer ?)
             (match-state seen
               (on-presence (transition (+ seen 1)))
               (on-absence (transition (+ seen 1))))))))

(define (churn left)
  (if (= left 0)
      (transition left)
      (transition left
        (if (even? left)
            (name-endpoint 'stall (publisher (list 'offer left)))
            (delete-endpoint 'stall))
        (yield l (churn (- l 1))))))

(define (boot-of workload count)
  (match workload
    ["pingpong"
     (lambda () (transition/no-state (player 'ping 'pong) (player 'pong 'ping)
                                     (afterwards (send-message (list 'ping (- count 1))))))]
    ["ring"
     (lambda () (transition/no-state (for/list ([i 100]) (station i (modulo (+ i 1) 100)))
                                     (afterwards (send-message (list 'hop 0 (- count 1))))))]
    ["fan-out"
     (lambda () (transition/no-state
                 (for/list ([_ 100]) (reader))
                 (spawn (transition (quotient count 100) (publisher (list 'news ?))
                                    (yield l (transition l (yield l (publish l))))))))]
    ["spawn-quit" (lambda () (raise-mayflies count))]
    ["presence-churn"
     (lambda () (transition/no-state
                 (for/list ([_ 100]) (observer))
                 (spawn (transition count (yield l (transition l (yield l (churn l))))))))]))

(match (current-command-line-arguments)
  [(vector workload text)
   (define count (string->number text))
   (define boot (boot-of workload count))
   (collect-garbage)
   (define start (current-process-milliseconds))
   (run boot)
   (define spent (max 1 (- (current-process-milliseconds) start)))
   (printf "~a: ~a in ~a ms, ~a/s\n" workload count spent (quotient (* 1000 count) spent))])
