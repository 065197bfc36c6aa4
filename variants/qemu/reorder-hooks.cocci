// Where vqlab's in-order strategies enter QEMU's virtio core
//
// A Coccinelle semantic patch: it names functions, fields and the one
// statement beside which a call belongs, and holds no text of QEMU's.  Each
// rule serves QEMU 7.2 to 10.2; apply-hooks counts the calls in the result,
// because a rule that matches nothing is no error to spatch.
//
// The functions called here are in reorder-queue.c.inc, reorder-round.c.inc and
// reorder-device.c.inc.
//
// Copyright (C) 2026 The vqlab authors
// SPDX-License-Identifier: GPL-2.0-or-later

// --- state ----------------------------------------------------------------

@queue_state@
@@
struct VirtQueue {
    ...
    unsigned int inuse;
+   struct VirtQueueReorder *ordered;
+   struct VirtQueueReorder *reorder;
    ...
};

@device_state@
@@
struct VirtIODevice {
    ...
    char *bus_name;
+   struct VirtIOReorder *reorder;
    ...
};

@element_key@
@@
typedef struct VirtQueueElement {
    ...
    unsigned int in_num;
+   uint32_t order_epoch;
+   uint32_t order_key;
    ...
} VirtQueueElement;

@early_header@
@@
#include "hw/virtio/virtio.h"
+ #include "vqlab/reorder-hooks.h"

// --- the life of an element -----------------------------------------------

@pop@
identifier fn =~ "^virtqueue_(split|packed)_pop$";
expression q, elem, in, out;
@@
fn(...)
{
<...
+   virtqueue_reorder_pop(q, elem);
    trace_virtqueue_pop(q, elem, in, out);
...>
}

// Elements that are pushed without having been popped need a place, too.
@drop@
identifier fn =~ "^virtqueue_(split|packed)_drop_all$";
expression q, elem;
@@
fn(...)
{
<...
+   virtqueue_reorder_pop(q, &elem);
    virtqueue_push(q, &elem, 0);
...>
}

// Elements that come out of a migration stream have none.
@restored@
expression elem, value;
@@
qemu_get_virtqueue_element(...)
{
<...
    elem->index = value;
+   elem->order_epoch = 0;
...>
}

// QEMU's fill and flush are for queues that are not ordered, under names of their
// own; the glue has the two that everybody calls.  Its fill does itself what
// stands before the ring here, so all of that is named.
@fill@
typedef VirtQueue, VirtQueueElement, VirtIODevice, QEMUFile, DeviceState;
typedef Error, Object, ObjectClass, bool, uint32_t;
identifier q, elem, len, idx;
statement S;
@@
- void virtqueue_fill(VirtQueue *q, const VirtQueueElement *elem,
-               unsigned int len, unsigned int idx)
+ static void virtqueue_unordered_fill(VirtQueue *q,
+               const VirtQueueElement *elem, unsigned int len, unsigned int idx)
{
    trace_virtqueue_fill(q, elem, len, idx);
    virtqueue_unmap_sg(q, elem, len);
    if (virtio_device_disabled(q->vdev)) S
    ...
}

@flush@
identifier q, count;
statement S;
@@
- void virtqueue_flush(VirtQueue *q, unsigned int count)
+ static void virtqueue_unordered_flush(VirtQueue *q, unsigned int count)
{
    if (virtio_device_disabled(q->vdev)) S
    ...
}

// A round of completions that is not published yet: the notification comes after it.
@notify@
identifier vdev, q;
statement S;
@@
bool virtio_should_notify(VirtIODevice *vdev, VirtQueue *q)
{
+   if (virtqueue_reorder_holds(q)) {
+       return false;
+   }
    S
    ...
}

// Taken back first, so that the detach which follows finds nothing to do.
@unpop@
identifier q, elem, len;
@@
void virtqueue_unpop(VirtQueue *q, const VirtQueueElement *elem, unsigned int len)
{
    ...
+   virtqueue_reorder_rewind(q, 1);
    virtqueue_detach_element(q, elem, len);
    ...
}

@rewind@
identifier q, num;
@@
bool virtqueue_rewind(VirtQueue *q, unsigned int num)
{
    ...
+   if (!virtqueue_reorder_rewind(q, num)) {
+       return false;
+   }
    q->inuse -= num;
    ...
}

@detach@
identifier q, elem, len;
@@
void virtqueue_detach_element(VirtQueue *q, const VirtQueueElement *elem,
                         unsigned int len)
{
    ...
+   virtqueue_reorder_detach(q, elem);
    virtqueue_unmap_sg(q, elem, len);
    ...
}

// --- the life of a queue and of its device --------------------------------

@queue_reset@
identifier vdev, i;
@@
void __virtio_queue_reset(VirtIODevice *vdev, uint32_t i)
{
    ...
    vdev->vq[i].inuse = 0;
+   virtqueue_reorder_reset(&vdev->vq[i]);
    ...
}

@queue_delete@
identifier q;
@@
void virtio_delete_queue(VirtQueue *q)
{
    ...
    q->used_elems = NULL;
+   virtqueue_reorder_free(q);
    ...
}

@device_free@
identifier obj, vdev;
@@
void virtio_device_instance_finalize(Object *obj)
{
    ...
+   virtio_reorder_free(vdev);
    virtio_device_free_virtqueues(vdev);
    ...
}

@load@
identifier vdev;
expression vdc;
statement S;
@@
int virtio_load(VirtIODevice *vdev, ...)
{
<...
+   ret = virtio_reorder_loaded(vdev);
+   if (ret) {
+       return ret;
+   }
    if (vdc->post_load) S
...>
}

@realize@
identifier dev, errp, vdc;
statement S;
@@
void virtio_device_realize(DeviceState *dev, Error **errp)
{
    ...
+   if (!virtio_reorder_realize(dev, errp)) {
+       return;
+   }
    if (vdc->realize != NULL) S
    ...
}

@properties@
symbol virtio_device_realize;
identifier klass, dc;
parameter list DATA;
@@
void virtio_device_class_init(ObjectClass *klass, DATA)
{
    ...
    dc->realize = virtio_device_realize;
+   virtio_reorder_class_init(klass);
    ...
}

// Older QEMU gives a virtio-*-pci device only the static properties.
@aliases@
expression vdev, proxy;
@@
virtio_instance_init_common(...)
{
    ...
    qdev_alias_all_properties(vdev, proxy);
+   virtio_reorder_alias(OBJECT(vdev), proxy);
    ...
}
