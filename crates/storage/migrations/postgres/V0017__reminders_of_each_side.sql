-- Each side is reminded by itself: what was noted so far stands for both.
insert into reminders (kind, object_id, due_at, reminded_at)
select 'licence_to_registrar', object_id, due_at, reminded_at
from reminders
where kind = 'licence';
insert into reminders (kind, object_id, due_at, reminded_at)
select 'payment_to_platform', object_id, due_at, reminded_at
from reminders
where kind = 'payment';
