from django.conf import settings
from django.db.models.signals import post_save
from django.dispatch import receiver

from .models import UserProfile


@receiver(post_save, sender=settings.AUTH_USER_MODEL)
def save_profile(sender, instance, created, raw=False, **kwargs):
    """Make the profile of a new user; save it again at every save of the user."""
    if raw:
        return
    if created:
        UserProfile.objects.create(user=instance)
    elif hasattr(instance, "profile"):
        instance.profile.save()
